"""Recognises the mistake behind an answer, by simulating engines that make it."""

from collections import Counter

import numpy as np

from tests.cases.diagnosis.catalogue import CERTAIN, UNCERTAIN
from tests.cases.diagnosis.composed import composed
from tests.cases.diagnosis.mistakes import Cause
from tests.cases.diagnosis.operations import TooLarge, compute
from tests.cases.diagnosis.sweep import gradients, leading_to
from tests.cases.diagnosis.wrong_sweeps import ONE_STEP, ORDER, WHOLE

CLOSE = 1e-6  # of the largest number: simulations are exact to rounding
CLOSE_TO_FLOAT32 = 1e-4  # likewise
MOST_NODES = 400  # of a tape on which operations are suspected
MANY_FORKS = 8
SURE = 5  # failures that a mistake explains before no other is looked for
MOST_FRUITLESS = 4  # searches in a problem that find nothing
OF_ORDER = {ORDER.key, ONE_STEP.key}
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
FIRST = Cause("first_derivative", "This is the first derivative: differentiate the gradient once more.")
SQUARED = Cause(
    "first_derivative_squared",
    "This is the square of the first derivative; the second one is the derivative of the first.",
)
CLEARED = Cause(
    "gradient_cleared",
    "The test has set this gradient, and it is gone: only zero_grad clears gradients, a step leaves them.",
)
AS_INT = Cause("gradient_as_int", "The gradient is cut to a whole number: keep it a float.")
NOT_FINITE = Cause("not_finite", "A number grows too large, or something is divided by 0, on the way.")
AVERAGE = Cause("sum_for_mean", "This is the sum: divide by the number of elements or of rows.")
AXIS = Cause("wrong_axis", "This is the result along another axis.")


class Recogniser:
    """Recognises the mistakes of one submission.

    Several mistakes may explain one failure. The one that explains most of the failures so far is named. A
    search for all of them takes long, and a submission may fail in hundreds of tests. So a mistake that
    explains many failures ends the search for others, and a problem whose failures no mistake explains is
    searched a few times only.
    """

    def __init__(self):
        """Begin with a submission."""
        self._explained = Counter()
        self._mistakes = {}  # by the key of their cause, those that explain a failure
        self._fruitless = Counter()  # searches, by problem

    def cause_of(self, finding, expected, actual, *, problem="", is_of_one_operation=False):
        """Return the Cause that explains why `actual` came back where `expected` should, or None.

        `finding` is None where no replay reaches the comparison; then only the values tell. No order of the
        sweep is at fault where `is_of_one_operation`: a single operation has the wrong gradient by itself.
        """
        expected, actual = np.asarray(expected), np.asarray(actual)
        try:
            causes = self._by_tape(finding, expected, actual, problem) if finding else []
        except WORK:
            causes = []
        if is_of_one_operation:
            causes = [cause for cause in causes if cause.key not in OF_ORDER]
        is_example = bool(finding and finding.tape.is_in_example)
        return self.best_of(causes or _by_values(expected, actual), is_example=is_example)

    def _by_tape(self, finding, expected, actual, problem):
        """Return the causes that explain a comparison whose graph is known."""
        if finding.role != "gradient":
            return _of_other_roles(finding, expected, actual)
        right = finding.tape.gradient_of(finding.node)
        if not _same(right, expected):
            return []
        if not np.any(actual) and _was_set_by_the_test(finding):
            return [CLEARED]
        graphs = _graphs(finding)
        for mistake in self._known_by_now():
            if any(_matching([mistake], *graph, expected, actual) for graph in graphs):
                return [mistake.cause]
        if self._fruitless[problem] >= MOST_FRUITLESS:
            return []
        found = list(_explanations(graphs, expected, actual))
        self._mistakes.update((mistake.cause.key, mistake) for mistake in reversed(found))
        causes = [mistake.cause for mistake in found]
        if np.any(actual) and np.array_equal(actual, np.trunc(expected)):
            causes.append(AS_INT)
        self._fruitless[problem] += not causes
        return causes or _listed(_out_of_order(finding, expected, actual))

    def _known_by_now(self):
        """Return the one mistake that explains many failures, and more than any other, or nothing."""
        (key, count), *others = [*self._explained.most_common(2), ("", 0)]
        is_first = count >= SURE and all(count > other for _, other in others)
        is_sure = is_first and key in self._mistakes and key not in OF_ORDER
        return [self._mistakes[key]] if is_sure else []

    def best_of(self, causes, *, is_example=False):
        """Count that each of `causes` explains a failure, and return the best of them, or None.

        An example of the handout proves none of several equally good ones.
        """
        first = {}
        for cause in causes:
            first.setdefault(cause.key, cause)
        causes = list(first.values())
        self._explained.update(first.keys())
        if not causes:
            return None
        counts = [self._explained[cause.key] for cause in causes]
        if is_example and counts.count(max(counts)) > 1:
            return None
        return causes[counts.index(max(counts))]


def _of_other_roles(finding, expected, actual):
    """Return the causes that explain a wrong result or second derivative."""
    if finding.role == "data":
        return _listed(_of_data(finding, expected, actual))
    return _listed(_of_second_derivative(finding, expected, actual))


def _was_set_by_the_test(finding):
    """Tell whether all that happened to the gradient is that the test set it."""
    return {event[0] for event in finding.tape.part_around(finding.node).events} == {"grad"}


def _of_second_derivative(finding, expected, actual):
    """Return the answer for the second derivative."""
    if not np.any(actual) and np.any(expected):
        return SECOND
    root = finding.node
    inputs = [node for node in leading_to(root) if not node.operation and not node.is_constant]
    if len(inputs) != 1:
        return None
    first = gradients([("backward", root)])[inputs[0]]
    found = [cause for cause, number in ((FIRST, first), (SQUARED, first**2)) if _same(number, actual)]
    return found[0] if found else None


def _listed(cause):
    return [cause] if cause else []


def _explanations(graphs, expected, actual):
    """Yield the mistakes whose simulations on one of `graphs` give the answer.

    Mistakes of a certain operation come before mistakes of any operation. The recorded tape comes before the
    tapes of other engines.
    """
    for mistakes in (CERTAIN, UNCERTAIN):
        for graph in graphs:
            yield from _matching(mistakes, *graph, expected, actual)


def _graphs(finding):
    """Return the tape around the node of a finding, with the node, and both as another engine has them."""
    node = finding.node
    tape = finding.tape.part_around(node)
    others = composed(tape) if len(tape.nodes) <= MOST_NODES else None
    return [(tape, node)] + ([(others[0], others[1][node])] if others else [])


def _matching(mistakes, tape, node, expected, actual):
    """Return those of `mistakes` that explain an answer."""
    suspected = mistakes if len(tape.nodes) <= MOST_NODES else [each for each in mistakes if each in WHOLE]
    return [
        mistake
        for mistake in suspected
        if mistake.is_possible(tape, node) and _explains(mistake, tape, node, expected, actual)
    ]


def _explains(mistake, tape, node, expected, actual):
    """Tell whether an engine that makes this mistake gives the answer."""
    for rules in mistake.variants(tape):
        try:
            found = gradients(tape.events, rules).get(node, np.zeros(expected.shape))
        except WORK:
            continue
        if _same(found, actual) and not _same(found, expected):
            return True
    return False


def _out_of_order(finding, expected, actual):
    """Return ORDER if many nodes are shared and each number is a part of the right one.

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
    """Return the explanation of a wrong result, where no gradient is concerned."""
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
    """Return the value of a node if some operations computed something else."""
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
    """Return the explanation that the numbers alone prove."""
    if not np.isfinite(actual).all() and np.isfinite(expected).all():
        return [NOT_FINITE]
    if expected.ndim > 1 and actual.shape == expected.T.shape and _same(actual.T, expected):
        return [TRANSPOSED]
    if actual.shape == expected.shape and expected.size > 1:
        if not np.any(actual) and np.all(expected):
            return [NEVER]
        if _same(-actual, expected):
            return [SIGN]
    return []


def _same(one, other):
    """Tell whether two arrays are close, by the precision of rounding only."""
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape or not (np.isfinite(one).all() and np.isfinite(other).all()):
        return False
    scale = max(float(np.abs(other).max(initial=0)), float(np.abs(one).max(initial=0)), 1e-300)
    is_exact = np.float32 not in {one.dtype.type, other.dtype.type}
    close = CLOSE if is_exact else CLOSE_TO_FLOAT32
    return bool((np.abs(one - other) <= close * scale).all())
