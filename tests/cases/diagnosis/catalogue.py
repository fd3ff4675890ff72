"""All mistakes that are looked for, the certain ones first."""

import numpy as np

from tests.cases.diagnosis.mistakes import Cause, Local, reduced
from tests.cases.diagnosis.sweep import RIGHT
from tests.cases.diagnosis.wrong_arrays import ARRAYS
from tests.cases.diagnosis.wrong_elements import ELEMENTS
from tests.cases.diagnosis.wrong_networks import NETWORKS
from tests.cases.diagnosis.wrong_sweeps import WHOLE, WITHOUT_START


def _as_it_came(node, place, gradient, _right):
    return reduced(gradient, node.inputs[place].shape)


def _without_upstream(node, place, gradient, _right):
    return RIGHT.contribution(node, place, np.ones_like(gradient))


def _exchanged(node, place, gradient, _right):
    if len(node.inputs) != 2 or node.operands[1 - place].is_constant:
        return None
    other = RIGHT.contribution(node, 1 - place, gradient)
    return other if other.shape == node.inputs[place].shape else None


def _nothing_to_results(node, place, _gradient, right):
    return np.zeros_like(right) if node.operands[place].operands else None


def _nothing_to(operation):
    """Return a rule that passes nothing to the results of `operation`."""
    return lambda node, place, _gradient, right: (
        np.zeros_like(right) if node.operands[place].operation == operation else None
    )


def _nothing_beside_numbers(node, _place, _gradient, right):
    return np.zeros_like(right) if any(operand.is_constant for operand in node.operands) else None


STOPS = "The gradient stops here: an operand that is a result itself must get its gradient as well."
UPSTREAM = Cause(
    "upstream_ignored",
    "The rule passes on its own derivative only: multiply it with the gradient that reached the result.",
)
GENERAL = (
    Local(UPSTREAM, _without_upstream),
    Local(
        Cause("wrong_sign", "The numbers are right but for the sign of one operand's gradient."),
        lambda _node, _place, _gradient, right: -right,
    ),
    Local(
        Cause("operands_swapped", "The two operands have each other's gradient."),
        _exchanged,
    ),
    Local(
        Cause("gradient_missing", "One operand of this operation gets no gradient at all."),
        lambda _node, _place, _gradient, right: np.zeros_like(right),
    ),
    Local(
        Cause("gradient_missing", "The result of a Value and a plain number passes no gradient on."),
        _nothing_beside_numbers,
    ),
    Local(Cause("gradient_missing", STOPS), _nothing_to_results),
    *(
        Local(Cause("gradient_missing", STOPS), _nothing_to(operation))
        for operation in ("relu", "transpose", "reshape")
    ),
    Local(
        Cause("derivative_ignored", "The gradient is passed on as it came: multiply it by the derivative."),
        _as_it_came,
    ),
    Local(
        Cause("counted_twice", "This gradient is counted twice: who else adds it?"),
        lambda _node, _place, _gradient, right: 2 * right,
    ),
    Local(
        Cause("sum_shared", "Each operand of a sum gets the whole gradient, not a half of it."),
        lambda _node, _place, _gradient, right: right / 2,
        ("+",),
    ),
)
CERTAIN = (*ELEMENTS, *ARRAYS, *NETWORKS, *WHOLE)  # of a certain operation, or of the sweep
UNCERTAIN = (*GENERAL, WITHOUT_START)  # any operation may be the wrong one
