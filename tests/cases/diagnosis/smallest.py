"""The smallest expression of a failed test's operations on which the submission still disagrees."""

import json
import operator
import sys
import time
from dataclasses import dataclass

import numpy as np

from tests.cases.binding import NAME
from tests.cases.checks import Mismatch, assert_close, brief
from tests.cases.diagnosis.operations import MOST_NUMBERS, TooLarge
from tests.cases.diagnosis.replay import Finding
from tests.cases.diagnosis.shapes import in_words
from tests.cases.diagnosis.sweep import gradients, leading_to
from tests.cases.diagnosis.tape import Tape
from tests.cases.diagnosis.wording import Words

SECONDS = 2.0  # of our own processor time; the submission's own time is limited by whoever runs it
MOST_PIECES = 40
MOST_OPERATIONS = 12
STEP = 1e-5
LOOSE = {"rtol": 1e-5, "atol": 1e-7}
OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "@": operator.matmul,
    "neg": operator.neg,
}
NAMED = {"softmax": "run_softmax", "cross_entropy": "run_cross_entropy", "conv2d": "run_conv2d"}


class Adapters:
    """The adapters of the submission, looked up when they are used: this module is imported before them."""

    def __getattr__(self, name):
        return getattr(sys.modules[NAME], name)


adapters = Adapters()


@dataclass(frozen=True)
class Piece:
    """An expression, `root`, and its fault.

    `leaf` is the input whose gradient disagrees at `index`, or None if the value of the expression does.
    `analytic` comes from the submission's backward, `numeric` from differences of its own values; both are
    None where it raises `error`.
    """

    root: object
    leaf: object
    index: tuple
    expected: float
    analytic: float | None = None
    numeric: float | None = None
    error: str = ""

    def lines(self):
        """Return the piece as lines of text."""
        words = Words(Finding(self.root, "data", None, {}))
        title = f"smallest expression that disagrees: {words.expression(self.root)}"
        inputs = [f"  {each}" for each in words.leaves()]
        return [title, *inputs, f"  {self._verdict(words)}"]

    def _verdict(self, words):
        """Return the fault, in a line."""
        if self.error:
            return f"it raises: {in_words(self.error) or self.error}"
        if self.leaf is None:
            return f"value {brief(self.analytic)}, expected {brief(self.expected)}"
        place = f" at index {self.index}" if self.index else ""
        numbers = f"by backward {brief(self.analytic)}, by differences {brief(self.numeric)}"
        return f"gradient of {words.name(self.leaf)}{place}: {numbers}, expected {brief(self.expected)}"


def drawn(piece):
    """Return the nodes of a piece as JSON, operands first, for a drawing of it."""
    words = Words(Finding(piece.root, "data", None, {}))
    words.expression(piece.root)
    nodes = sorted(leading_to(piece.root), key=lambda node: node.place)
    places = {node: place for place, node in enumerate(nodes)}
    wrong = piece.root if piece.leaf is None else piece.leaf
    return json.dumps(
        [
            {
                "lines": [_label(words, node), *(_numbers(piece) if node is wrong else [])],
                "from": [places[operand] for operand in node.operands],
                "wrong": node is wrong,
            }
            for node in nodes
        ]
    )


def _label(words, node):
    """Return the lines in a node's box: its name or operation, and its number or shape."""
    held = brief(node.array) if not node.array.ndim else f"shape {node.array.shape}"
    if node.operation:
        return f"{node.operation}: {held}"
    return held if node.is_constant else f"{words.name(node)} = {held}"


def _numbers(piece):
    """Return the lines on the fault of a node."""
    if piece.error:
        return ["raises an error"]
    if piece.leaf is None:
        return [f"actual {brief(piece.analytic)}", f"expected {brief(piece.expected)}"]
    return [
        f"by backward {brief(piece.analytic)}",
        f"by differences {brief(piece.numeric)}",
        f"expected {brief(piece.expected)}",
    ]


def smallest_piece(tape):
    """Return the smallest Piece of `tape`, or None if all agree, time is over, or nobody answers.

    Raises TooLarge.
    """
    if any(node.array.size > MOST_NUMBERS for node in tape.nodes):
        raise TooLarge
    ends = time.process_time() + SECONDS  # not of the wall clock: a busy host must not change a report
    for root in _expressions(tape):
        if time.process_time() > ends or not _answers():
            return None
        piece = _tried(root)
        if piece is not None:
            return piece if _answers() else None
    return None


def _expressions(tape):
    """Return single operations of `tape`, then its expressions by the number of their operations."""
    singles = {}
    for node in tape.nodes:
        if node.operation:
            reuse = len(set(node.operands)) < len(node.operands)
            singles.setdefault((node.operation, reuse, node.array.ndim), node)
    alone = [_alone(node, numbers) for node in singles.values() for numbers in (_as_they_were, _ordinary)]
    sizes = {node: len(_operations(node)) for node in tape.nodes}
    whole = [node for node in tape.nodes if 1 < sizes[node] <= MOST_OPERATIONS]
    return [*alone, *sorted(whole, key=sizes.get)][:MOST_PIECES]


def _operations(root):
    """Return the operations that lead to `root`, at most one more than are looked at."""
    found, waiting = {}, [root]
    while waiting and len(found) <= MOST_OPERATIONS:
        node = waiting.pop()
        if node.operation and node not in found:
            found[node] = None
            waiting.extend(node.operands)
    return list(found)


def _as_they_were(array):
    return array


def _ordinary(array):
    """Return numbers near 1 in the shape of `array`: where it is flat, a wrong slope may not show."""
    return (
        np.linspace(0.6, 1.4, array.size).reshape(array.shape) if array.size > 1 else np.full_like(array, 0.7)
    )


def _alone(node, numbers):
    """Return an operation with fresh leaves that hold `numbers` of its operands' values."""
    tape = Tape()
    leaves = {}
    for operand, array in zip(node.operands, node.inputs, strict=True):
        if operand not in leaves:
            given = array if operand.is_constant else numbers(array)
            leaves[operand] = tape.leaf(given, is_scalar=node.is_scalar, is_constant=operand.is_constant)
    return tape.apply(node.operation, *(leaves[operand] for operand in node.operands), **node.settings)


def _answers():
    """Tell whether the submission still holds a number that it is given."""
    try:
        return abs(float(adapters.get_value_data(adapters.create_value(2.5))) - 2.5) < 1
    except Exception:  # noqa: BLE001 - whatever it is, there is nobody to ask
        return False


def _tried(root):
    """Return the Piece that `root` is, or None if the submission agrees on it."""
    right = gradients([("backward", root)])
    try:
        return _compared(root, right)
    except NotImplementedError:
        return None
    except Exception as error:  # noqa: BLE001 - that is what is wrong with the piece
        text = str(error) if hasattr(error, "traceback") else f"{type(error).__name__}: {error}"
        if text.startswith("NotImplementedError"):
            return None
        return Piece(root, None, (), 0.0, error=text.partition("\n")[0][:200])


def _compared(root, right):
    made = _rebuilt(root)
    wrong = _first_wrong(_read(made[root], root, "data"), root.array)
    if wrong is not None:
        index, actual = wrong
        return Piece(root, None, index, float(root.array[index]), actual)
    run = adapters.run_backward if root.is_scalar else adapters.run_tensor_backward
    run(made[root])
    for leaf in [node for node in made if not node.operation and not node.is_constant]:
        expected = right.get(leaf, np.zeros(leaf.array.shape))
        wrong = _first_wrong(_read(made[leaf], leaf, "grad"), expected)
        if wrong is not None:
            index, actual = wrong
            numeric = _difference(root, leaf, index)
            return Piece(root, leaf, index, float(expected[index]), actual, numeric)
    return None


def _rebuilt(root, changed=None):
    """Return the submission's object for each node that leads to `root`; `changed` has other leaves."""
    made, changed = {}, changed or {}
    for node in sorted(leading_to(root), key=lambda each: each.place):
        array = changed.get(node, node.array)
        if not node.operation:
            made[node] = _leaf(node, array)
        else:
            made[node] = _applied(node, [made[operand] for operand in node.operands])
    return made


def _leaf(node, array):
    if node.is_constant and not array.ndim:
        number = float(array)
        return int(number) if number.is_integer() else number
    return adapters.create_value(float(array)) if node.is_scalar else adapters.create_tensor(array.copy())


def _applied(node, operands):
    """Return the submission's result of an operation."""
    name, settings = node.operation, node.settings
    if name in OPERATORS:
        return OPERATORS[name](*operands)
    if name in NAMED:
        return getattr(adapters, NAMED[name])(*operands, **settings)
    if name == "reshape":
        return operands[0].reshape(settings["shape"])
    return getattr(operands[0], name)(**settings)


def _read(made, node, what):
    if node.is_scalar:
        return (adapters.get_value_data if what == "data" else adapters.get_value_grad)(made)
    return (adapters.get_tensor_data if what == "data" else adapters.get_tensor_grad)(made)


def _first_wrong(actual, expected):
    """Return the index of the first wrong number and the number, or None."""
    wanted = float(expected) if not expected.ndim and type(actual) is not np.ndarray else expected
    try:
        assert_close(actual, wanted, **LOOSE)
    except Mismatch as mismatch:
        if mismatch.found is None or np.shape(mismatch.found) != expected.shape:
            raise ValueError(mismatch.problem) from None
        off = ~(np.abs(mismatch.found - expected) <= LOOSE["atol"] + LOOSE["rtol"] * np.abs(expected))
        index = tuple(int(each) for each in np.argwhere(off)[0])
        return index, float(np.asarray(mismatch.found)[index])
    return None


def _difference(root, leaf, index):
    """Return the central difference of the sum of the submission's own values."""
    values = []
    for step in (STEP, -STEP):
        array = leaf.array.copy()
        array[index] += step
        made = _rebuilt(root, {leaf: array})
        values.append(float(np.sum(_read(made[root], root, "data"))))
    return (values[0] - values[1]) / (2 * STEP)
