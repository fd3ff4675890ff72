"""A tape: the operations of a test, recorded by stand-ins for a submission's Values and Tensors."""

from contextlib import contextmanager
from functools import cached_property

import numpy as np

from tests.cases.diagnosis.operations import TooLarge, compute, derivatives

MOST_NODES = 5_000


class Tape:
    """The nodes that a test makes, and its accesses to gradients, in order.

    Events are ("grad", node, array), ("rule", node) and ("backward", node).
    """

    def __init__(self):
        """Begin with nothing."""
        self.nodes = []
        self.events = []
        self.asked = []  # (object that was handed out, node, "data", "gradient" or "second")
        self.is_in_example = False  # of the handout, whose small numbers many mistakes explain
        self._held = {}  # the right gradients of nodes after the first events
        self._seen = 0  # the number of these events

    @contextmanager
    def example(self):
        """Note that an example of the handout is checked inside."""
        self.is_in_example = True
        yield
        self.is_in_example = False

    def leaf(self, data, *, is_scalar, is_constant=False):
        """Return a node that no operation made."""
        return self._add(Node(self, "", (), {}, np.array(data, dtype=float), is_scalar, is_constant))

    def apply(self, operation, *operands, **settings):
        """Return the node that `operation` makes of `operands`, which are nodes or plain numbers."""
        is_scalar = next(each.is_scalar for each in operands if isinstance(each, Node))
        nodes = tuple(
            each if isinstance(each, Node) else self.leaf(each, is_scalar=is_scalar, is_constant=True)
            for each in operands
        )
        data = compute(operation, [node.array for node in nodes], settings)
        return self._add(Node(self, operation, nodes, settings, data, is_scalar))

    def gradient_of(self, node):
        """Return the gradient of `node` that a right engine finds by now. Raises TooLarge."""
        from tests.cases.diagnosis.sweep import go_on  # noqa: PLC0415 - the two know each other

        go_on(self._held, self.events[self._seen :])
        self._seen = len(self.events)
        return self._held.get(node, np.zeros(node.array.shape)).copy()

    def part_around(self, node):
        """Return the nodes that some path of operands joins to `node`, with their events, as a tape."""
        neighbours = {each: list(each.operands) for each in self.nodes}
        for each in self.nodes:
            for operand in each.operands:
                neighbours[operand].append(each)
        known, waiting = {node}, [node]
        while waiting:
            found = [each for each in neighbours[waiting.pop()] if each not in known]
            known.update(found)
            waiting += found
        part = Tape()
        part.nodes = [each for each in self.nodes if each in known]
        part.events = [event for event in self.events if event[1] in known]
        return part

    def hand_out(self, array, node, what):
        """Return the number or array of `node` as a test sees it, and remember it."""
        value = float(array) if node.is_scalar else np.array(array)
        self.asked.append((value, node, what))
        return value

    def _add(self, node):
        if len(self.nodes) >= MOST_NODES:
            raise TooLarge
        self.nodes.append(node)
        return node


class Node:
    """Stands in for a Value or a Tensor; `operands` made it by `operation` when they held `inputs`."""

    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __init__(self, tape, operation, operands, settings, array, is_scalar, is_constant=False):  # noqa: FBT002, PLR0913, PLR0917 - a record
        """Hold `array`."""
        self.tape = tape
        self.operation = operation
        self.operands = operands
        self.settings = settings
        self.array = array
        self.inputs = tuple(operand.array for operand in operands)
        self.is_scalar = is_scalar
        self.is_constant = is_constant
        self.place = len(tape.nodes)
        self.was_assigned = False  # new data by the test or by a step of training

    @cached_property
    def slopes(self):
        """The derivatives of this node by each of its operands, as matrices."""
        return [
            None if node.is_constant else derivatives(self.operation, self.inputs, self.settings, place)
            for place, node in enumerate(self.operands)
        ]

    @property
    def data(self):
        """The value of the node."""
        return self.tape.hand_out(self.array, self, "data")

    @data.setter
    def data(self, array):
        self.array = np.array(array, dtype=float)
        self.was_assigned = True

    @property
    def grad(self):
        """The gradient that a right engine finds."""
        try:
            found = self.tape.gradient_of(self)
        except TooLarge:
            found = np.zeros(self.array.shape)  # the comparison is found all the same
        return self.tape.hand_out(found, self, "gradient")

    @grad.setter
    def grad(self, array):
        self.tape.events.append(("grad", self, np.array(array, dtype=float)))

    @property
    def _prev(self):
        return [operand for operand in dict.fromkeys(self.operands) if not operand.is_constant]

    @property
    def _op(self):
        return self.operation

    def _backward(self):
        self.tape.events.append(("rule", self))

    def backward(self):
        """Note that a backward pass begins here."""
        self.tape.events.append(("backward", self))

    @property
    def T(self):  # noqa: N802 - numpy's name
        """The transpose."""
        return self.transpose()

    def reshape(self, *shape):
        """Return this node in another shape."""
        return self.tape.apply("reshape", self, shape=shape[0] if len(shape) == 1 else shape)

    def __matmul__(self, other):
        return self.tape.apply("@", self, other)


def _method(name):
    def method(self, *arguments, **settings):
        if arguments:
            settings = {"axis": arguments[0], **settings}
        return self.tape.apply(name, self, **settings)

    return method


def _operator(sign):
    return lambda self, other: self.tape.apply(sign, self, other)


def _reflected(sign):
    return lambda self, other: self.tape.apply(sign, other, self)


for _name in ("relu", "exp", "log", "tanh", "sum", "mean", "max", "transpose"):
    setattr(Node, _name, _method(_name))
for _name, _sign in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**"}.items():
    setattr(Node, f"__{_name}__", _operator(_sign))
    setattr(Node, f"__r{_name}__", _reflected(_sign))
Node.__neg__ = lambda self: self.tape.apply("neg", self)
