"""Mistakes in a backward pass, each with the result of an engine that makes it.

A mistake is recognised when its result equals the answer, and no mistake before it in the table explains the
answer. Its key names it to the staff and to the catalogue of mistakes.
"""

from dataclasses import dataclass

import numpy as np

from tests.cases.diagnosis.sweep import RightRules


@dataclass(frozen=True)
class Cause:
    """A mistake that values can show: its stable key, and a sentence of advice."""

    key: str
    hint: str


@dataclass(frozen=True)
class Local:
    """An operation passes on a wrong value instead of its derivative times its own gradient.

    `wrong(node, place, gradient, right)` returns that value, or None where the mistake makes no difference.
    `right` is the value of a right engine. Without `operations` any one operation may be the wrong one.
    """

    cause: Cause
    wrong: object
    operations: tuple = ()

    def is_possible(self, tape, node):  # noqa: ARG002 - as Whole
        """Tell whether this mistake is looked for."""
        return True

    def variants(self, tape):
        """Yield the rules of engines that make this mistake, in one operation or in all."""
        used = {node.operation for node in tape.nodes if node.operation}
        if self.operations:
            if used & set(self.operations):
                yield _Rules(self.wrong, self.operations)
            return
        yield _Rules(self.wrong, tuple(used))
        if len(used) > 1:
            for operation in sorted(used):
                yield _Rules(self.wrong, (operation,))
        for operation in sorted(used):
            for place in (0, 1):
                yield _Rules(self.wrong, (operation,), place)


@dataclass(frozen=True)
class Whole:
    """The sweep itself goes wrong, in one method of RightRules."""

    cause: Cause
    rules: RightRules
    condition: object = None  # of a tape and the node whose gradient is wrong

    def is_possible(self, tape, node):
        """Tell whether this mistake is looked for."""
        return self.condition is None or self.condition(tape, node)

    def variants(self, tape):  # noqa: ARG002 - as Local
        """Yield the rules of an engine that makes this mistake."""
        yield self.rules


class _Rules(RightRules):
    """Rules of which some operations, or one operand of one operation, are wrong."""

    def __init__(self, wrong, operations, place=None):
        self._wrong = wrong
        self._operations = operations
        self._place = place

    def contribution(self, node, place, gradient):
        """Return the value that a wrong operation passes on."""
        right = super().contribution(node, place, gradient)
        if node.operation not in self._operations or self._place not in {None, place}:
            return right
        with np.errstate(all="ignore"):
            wrong = self._wrong(node, place, gradient, right)
        return right if wrong is None else np.asarray(wrong)


def reduced(array, shape):
    """Return `array` summed to `shape` as broadcasting asks, or None if that does not fit."""
    array = np.asarray(array)
    extra = array.ndim - len(shape)
    if extra < 0:
        return None
    array = array.sum(axis=tuple(range(extra)))
    for axis, length in enumerate(shape):
        if array.shape[axis] != length:
            if length != 1:
                return None
            array = array.sum(axis=axis, keepdims=True)
    return array


def elementwise(formula):
    """Return a wrong rule whose `formula(x, other, result, gradient, place)` goes element by element."""

    def wrong(node, place, gradient, _right):
        x = node.inputs[place]
        other = node.inputs[1 - place] if len(node.inputs) == 2 else None
        found = formula(x, other, node.array, gradient, place)
        return None if found is None else reduced(found, x.shape)

    return wrong
