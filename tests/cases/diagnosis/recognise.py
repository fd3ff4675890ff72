"""Recognises a mistake in what came back, by simulating engines that make it."""

import numpy as np

from tests.cases.diagnosis.mistakes import MISTAKES, ORDER, WHOLE, Cause
from tests.cases.diagnosis.operations import TooLarge, compute
from tests.cases.diagnosis.sweep import gradients

CLOSE = 1e-6  # of the largest number: simulations are exact to rounding
CLOSE_TO_FLOAT32 = 1e-4  # likewise
MOST_NODES = 400  # of a tape on which operations are suspected
MANY_FORKS = 8
LEAST_SHARE = 0.3  # of a gradient that a wrong order leaves: every fork passes on one of its two ways
WORK = (TooLarge, ValueError, IndexError, ZeroDivisionError, FloatingPointError, OverflowError)

TRANSPOSED = Cause("transposed_gradient", "These are the right numbers, with rows and columns swapped.")
NEVER = Cause("gradient_missing", "No gradient arrives here: does backward reach it, and is the rule called?")
SIGN = Cause("wrong_sign", "The numbers are right but for their sign.")
CHANGED = Cause("changed_in_place", "An operation changed its operand: make a new array instead.")
SWAPPED = Cause("operands_swapped", "The operands are swapped: compare 5 - a with a - 5.")
SECOND = Cause(
    "second_derivative_zero",
    "The first derivative has no graph: compute the rules on Values, not on floats.",
)
NOT_FINITE = Cause("not_finite", "A number grows too large, or something is divided by 0, on the way.")
AVERAGE = Cause("sum_for_mean", "This is the sum: divide by the number of elements or of rows.")
AXIS = Cause("wrong_axis", "This is the result along another axis.")


def cause_of(finding, expected, actual):
    """Return the Cause that explains why `actual` came back where `expected` should, or None.

    `finding` is None where no replay reaches the comparison; then only the values tell.
    """
    expected, actual = np.asarray(expected), np.asarray(actual)
    if finding is None:
        return _by_values(expected, actual)
    try:
        return _by_tape(finding, expected, actual)
    except WORK:
        return _by_values(expected, actual)


def _by_tape(finding, expected, actual):
    if finding.role == "data":
        return _of_data(finding, expected, actual)
    if finding.role == "second":
        return SECOND if not np.any(actual) and np.any(expected) else None
    right = gradients(finding.tape.events).get(finding.node)
    if right is None or not _same(right, expected):
        return _by_values(expected, actual)
    return _simulated(finding, expected, actual) or _out_of_order(finding, expected, actual)


def _simulated(finding, expected, actual):
    """Return the first mistake whose simulation gives what came back.

    Several mistakes may explain the small whole numbers of a worked example: then none is named.
    """
    causes = _explanations(finding, expected, actual)
    first = next(causes, None)
    if first is None:
        return None if np.any(actual) or not np.any(expected) else NEVER
    if finding.tape.is_in_example and any(other.key != first.key for other in causes):
        return None
    return first


def _explanations(finding, expected, actual):
    """Yield the mistakes whose simulations give what came back."""
    is_large = len(finding.tape.nodes) > MOST_NODES
    for mistake in WHOLE if is_large else MISTAKES:
        for rules in mistake.variants(finding.tape):
            try:
                found = gradients(finding.tape.events, rules).get(finding.node, np.zeros(expected.shape))
            except WORK:
                continue
            if _same(found, actual) and not _same(found, expected):
                yield mistake.cause


def _out_of_order(finding, expected, actual):
    """Return ORDER if many nodes are shared and each number is a part of what it should be.

    The order of a set differs from run to run, so no simulation finds the very numbers.
    """
    uses = {}
    for node in finding.tape.nodes:
        for operand in node.operands:
            if operand.operands:
                uses[operand] = uses.get(operand, 0) + 1
    forks = sum(count > 1 for count in uses.values())
    if forks < MANY_FORKS or actual.shape != expected.shape or not np.isfinite(actual).all():
        return None
    with np.errstate(all="ignore"):
        share = actual / expected
    return ORDER if (share > LEAST_SHARE).all() and (share <= 1 + 1e-9).all() else None


def _of_data(finding, expected, actual):
    """Return what is wrong with a result, not with a gradient."""
    node = finding.node
    if not np.isfinite(actual).all():
        return NOT_FINITE
    if not node.operation:
        is_used = any(node in each.operands for each in finding.tape.nodes)
        is_same_shape = actual.shape == expected.shape
        return CHANGED if is_used and is_same_shape and not node.was_assigned else None
    for sign in ("-", "/", "**", "@"):
        if _same(_recomputed(node, {sign: _exchanged}), actual):
            return SWAPPED
    if any(_same(_recomputed(node, {name: change}), actual) for name, change in MEANS.items()):
        return AVERAGE
    for axis in range(node.inputs[0].ndim):
        if "axis" in node.settings and _same(_along(node, axis), actual):
            return AXIS
    return None


def _recomputed(node, changes, known=None):
    """Return what a node would hold if some operations computed something else."""
    known = {} if known is None else known
    if node not in known:
        arrays = [_recomputed(each, changes, known) for each in node.operands]
        change = changes.get(node.operation)
        known[node] = node.array if not arrays else (change or compute)(node.operation, arrays, node.settings)
    return known[node]


def _exchanged(operation, arrays, settings):
    return compute(operation, arrays[::-1], settings)


def _summed(operation, arrays, settings):
    if operation == "mean":
        return compute("sum", arrays, settings)
    return compute(operation, arrays, settings) * len(arrays[0])


MEANS = {"mean": _summed, "cross_entropy": _summed}


def _along(node, axis):
    return compute(node.operation, node.inputs, {**node.settings, "axis": axis})


def _by_values(expected, actual):
    """Return what the numbers alone show beyond doubt."""
    if not np.isfinite(actual).all() and np.isfinite(expected).all():
        return NOT_FINITE
    if expected.ndim > 1 and actual.shape == expected.T.shape and _same(actual.T, expected):
        return TRANSPOSED
    if actual.shape == expected.shape and expected.size > 1:
        if not np.any(actual) and np.all(expected):
            return NEVER
        if _same(-actual, expected):
            return SIGN
    return None


def _same(one, other):
    """Tell whether two arrays are close, by the precision of rounding only."""
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape:
        return False
    scale = max(float(np.abs(other).max(initial=0)), float(np.abs(one).max(initial=0)), 1e-300)
    is_exact = np.float32 not in {one.dtype.type, other.dtype.type}
    close = CLOSE if is_exact else CLOSE_TO_FLOAT32
    return bool(np.isfinite(one).all() and (np.abs(one - other) <= close * scale).all())
