"""Errors of numpy over shapes: in words, and by the mistake that raises the very same one."""

import re

import numpy as np

from tests.cases.diagnosis.mistakes import Cause
from tests.cases.diagnosis.wrong_arrays import UNSUMMED

LIST = r"(\([0-9, ]*\))"
WORDS = (
    (
        re.compile(rf"operands could not be broadcast together with shapes {LIST} {LIST}"),
        "numpy cannot combine arrays of the shapes {0} and {1}",
    ),
    (
        re.compile(rf"broadcast together with remapped shapes \[original->remapped\]: {LIST} .*shape {LIST}"),
        "numpy cannot stretch an array of the shape {0} to the shape {1}",
    ),
    (
        re.compile(rf"non-broadcastable output operand with shape {LIST} .* broadcast shape {LIST}"),
        "an array of the shape {1} does not fit into one of the shape {0}, in place",
    ),
    (
        re.compile(rf"cannot reshape array of size (\d+) into shape {LIST}"),
        "an array of {0} numbers cannot take the shape {1}",
    ),
    (
        re.compile(r"matmul: Input operand 1 has a mismatch .*\(size (\d+) is different from (\d+)\)"),
        "these matrices cannot be multiplied: the first has {1} columns, the second has {0} rows",
    ),
    (
        re.compile(rf"shapes {LIST} and {LIST} not aligned"),
        "these matrices cannot be multiplied: their shapes are {0} and {1}",
    ),
    (
        re.compile(r"matmul: Input operand (\d) does not have enough dimensions"),
        "a matrix product got a plain number as operand {0}",
    ),
    (
        re.compile(r"axes don't match array"),
        "a transpose names other axes than the array has",
    ),
)
TRANSPOSED = Cause("transposed_gradient", "These are the right numbers, with rows and columns swapped.")
SWAPPED = Cause("matrices_swapped", "The two factors of this gradient stand in the wrong order.")
NOT_TRANSPOSED = Cause("matrix_not_transposed", "The other matrix must be transposed in this gradient.")
BATCH = Cause("batch_axes_transposed", "Swap the last two axes only: .T turns the axes of the batch as well.")
VECTOR = Cause(
    "vector_lacks_an_axis", "A vector is a matrix that lacks an axis: put it back for the gradient."
)
AXIS = Cause("axis_not_put_back", "Without keepdims the axis is gone: put it back before you stretch.")
SHAPE = Cause(
    "gradient_not_reshaped", "The gradient arrives in the shape of the result: give it the operand's."
)


def in_words(text):
    """Return numpy's message as shapes and operands, or None if it is about something else."""
    for pattern, words in WORDS:
        found = pattern.search(text)
        if found:
            return words.format(*(re.sub(r",(?=\d)", ", ", group) for group in found.groups()))
    return None


def causes_of_error(tape, text):
    """Return the mistakes that make numpy say `text` on the nodes of `tape`, in its order."""
    return [
        cause
        for node in tape.nodes
        for place, operand in enumerate(node.operands)
        if not operand.is_constant
        for cause, attempt in _attempts(node, place)
        if text in _message(attempt)
    ]


def _attempts(node, place):
    """Yield mistakes, each with a function that makes it, for the shapes only."""
    x, g = np.zeros(node.inputs[place].shape), np.zeros(node.array.shape)
    if node.operation == "@":
        yield from _products(*(np.zeros(each.shape) for each in node.inputs), g, place)
    cause = UNSUMMED
    if node.operation in {"sum", "mean", "max"}:
        cause = AXIS
    elif node.operation in {"reshape", "transpose"}:
        cause = SHAPE
    if x.shape != g.shape and node.operation not in {"softmax", "cross_entropy", "conv2d"}:
        yield cause, lambda: np.broadcast_to(g, x.shape)
        yield cause, lambda: np.add(x, g, out=x)
        yield cause, lambda: x + g
        yield cause, lambda: g + x
        yield cause, lambda: g.reshape(x.shape)


def _products(x, y, g, place):
    if min(x.ndim, y.ndim) < 2:
        yield VECTOR, (lambda: g @ y.T) if place == 0 else (lambda: x.T @ g)
        yield VECTOR, (lambda: g @ y) if place == 0 else (lambda: x @ g)
        yield VECTOR, (lambda: g @ _turned(y)) if place == 0 else (lambda: _turned(x) @ g)
        return
    if max(x.ndim, y.ndim) > 2:
        yield BATCH, (lambda: g @ y.T) if place == 0 else (lambda: x.T @ g)
        yield BATCH, (lambda: g @ y.swapaxes(0, 1)) if place == 0 else (lambda: x.swapaxes(0, 1) @ g)
    yield NOT_TRANSPOSED, (lambda: g @ y) if place == 0 else (lambda: x @ g)
    yield SWAPPED, (lambda: _turned(y) @ g) if place == 0 else (lambda: g @ _turned(x))
    yield SWAPPED, (lambda: y @ g) if place == 0 else (lambda: g @ x)
    own = x if place == 0 else y
    yield TRANSPOSED, lambda: own + _turned(own)
    yield TRANSPOSED, lambda: _turned(own) + own
    yield TRANSPOSED, lambda: np.add(own, _turned(own), out=own)
    right = np.broadcast_shapes(g.shape[:-2], x.shape[:-2], y.shape[:-2])
    full = np.zeros((*right, *(x if place == 0 else y).shape[-2:]))
    yield UNSUMMED, lambda: np.broadcast_to(full, own.shape)
    yield UNSUMMED, lambda: np.add(own, full, out=own)
    yield UNSUMMED, lambda: full.reshape(own.shape)


def _turned(array):
    return array if array.ndim < 2 else np.swapaxes(array, -1, -2)


def _message(attempt):
    """Return numpy's error for an attempt, or a text that no error has."""
    try:
        attempt()
    except ValueError as error:
        return str(error)
    return ""
