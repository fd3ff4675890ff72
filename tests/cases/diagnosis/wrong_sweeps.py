"""Mistakes of the sweep itself: its order, its start, and the sums of gradients."""

import numpy as np

from tests.cases.diagnosis.mistakes import Cause, Whole
from tests.cases.diagnosis.operations import TooLarge
from tests.cases.diagnosis.sweep import RightRules


class _Overwritten(RightRules):
    def merged(self, before, contribution):  # noqa: ARG002 - what it should look at
        return contribution


class _OverwrittenInOtherOrder(_Overwritten):
    def places(self, node):
        return super().places(node)[::-1]


class _Shared(RightRules):
    """Operands share the array of the result's gradient, and it is changed in place."""

    def contribution(self, node, place, gradient):
        if node.operation == "+" and gradient.shape == node.inputs[place].shape:
            return gradient
        return super().contribution(node, place, gradient)

    def merged(self, before, contribution):
        if not np.any(before):
            return contribution
        return np.add(before, contribution, out=before)

    kept = merged


class _FirstKept(RightRules):
    """Only the first use of a node counts."""

    def merged(self, before, contribution):
        return before if np.any(before) else contribution


class _Forgetful(RightRules):
    def kept(self, before, found):  # noqa: ARG002 - as above
        return found


class _WithoutStart(RightRules):
    def start(self, root):
        return np.zeros(root.array.shape)


class _AveragedStart(RightRules):
    def start(self, root):
        return np.full(root.array.shape, 1 / max(root.array.size, 1))


class _StartsWithData(RightRules):
    def start(self, root):
        return root.array.copy()


class _BeginsWithOnes(RightRules):
    def fresh(self, node):
        return np.ones(node.array.shape)


class _LeavesOnly(RightRules):
    def of_result(self, found):
        return np.zeros_like(found)


class _UsesAveraged(RightRules):
    def merged(self, before, contribution):
        return (before + contribution) / 2 if np.any(before) else contribution


class _OneStep(RightRules):
    def order(self, root):
        return [root]


class _WithoutMemory(RightRules):
    """A node is visited once for each way that leads to it from the output."""

    step = 1

    def order(self, root):
        found, waiting = [], [root]
        while waiting:
            if len(found) > MOST_VISITS:
                raise TooLarge
            found.append(waiting.pop())
            waiting.extend(found[-1].operands[:: self.step])
        return found


class _WithoutMemoryInOtherOrder(_WithoutMemory):
    step = -1


class _BreadthFirst(RightRules):
    """Nodes pass their gradients on in the order in which a search from the output finds them."""

    pop = 0

    def order(self, root):
        found, waiting = [], [root]
        while waiting:
            node = waiting.pop(self.pop)
            if node not in found:
                found.append(node)
                waiting.extend(node.operands)
        return found


class _DepthFirst(_BreadthFirst):
    pop = -1


def _is_untouched(tape, node):
    """Tell whether the test itself gave `node` no gradient."""
    return not any(kind == "grad" and each is node and np.any(rest[0]) for kind, each, *rest in tape.events)


MOST_VISITS = 1_000
OVERWRITTEN = Cause(
    "gradient_overwritten",
    "Something was there already: add to the gradient with +=, do not assign it.",
)
ORDER = Cause(
    "wrong_order",
    "A node passes its gradient on before all its users have added to it: order the sweep, consumers first.",
)
ONE_STEP = Cause(
    "gradient_stops",
    "Only the operands of the output get a gradient: go on through all nodes, consumers first.",
)
REVISITED = Cause(
    "counted_twice",
    "A node is visited once for each of its uses: remember which were visited.",
)
WHOLE = (
    Whole(
        Cause("earlier_gradient_lost", "A second backward pass adds to the gradients of the first."),
        _Forgetful(),
    ),
    Whole(OVERWRITTEN, _Overwritten()),
    Whole(OVERWRITTEN, _OverwrittenInOtherOrder()),
    Whole(
        Cause("shared_gradient", "Two tensors share one gradient array: give each a copy of its own."),
        _Shared(),
    ),
    Whole(
        Cause("uses_averaged", "The gradients of all uses of a node are added up, not averaged."),
        _UsesAveraged(),
    ),
    Whole(
        Cause(OVERWRITTEN.key, "A node that is used twice gets a gradient from each use: add them up."),
        _FirstKept(),
        _is_untouched,
    ),
    Whole(
        Cause("output_gradient_averaged", "Each number of the output begins with a gradient of 1."),
        _AveragedStart(),
    ),
    Whole(
        Cause("output_gradient_is_its_value", "The gradient of the output is 1, not its own number."),
        _StartsWithData(),
    ),
    Whole(
        Cause("gradient_begins_with_ones", "The gradient of a new node is 0; only the output's is 1."),
        _BeginsWithOnes(),
    ),
    Whole(
        Cause("gradient_missing", "Results keep their gradients as well, not only the inputs."),
        _LeavesOnly(),
    ),
    Whole(REVISITED, _WithoutMemory()),
    Whole(REVISITED, _WithoutMemoryInOtherOrder()),
    Whole(ONE_STEP, _OneStep()),
    Whole(ORDER, _BreadthFirst()),
    Whole(ORDER, _DepthFirst()),
)
WITHOUT_START = Whole(
    Cause("output_gradient_not_set", "The output itself begins with a gradient of 1, in its own shape."),
    _WithoutStart(),
)
