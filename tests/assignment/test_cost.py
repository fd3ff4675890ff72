"""The cost of a backward pass, measured by a clock that the test moves."""

from types import SimpleNamespace

import pytest

from grader.boundary.errors import TimedOut
from tests.cases.bulk import each, fold
from tests.cases.checks import Mismatch
from tests.cases.cost import ATTEMPTS, CERTAIN, CLEAR, LIMIT, BackwardCost


class Clock:
    """Processor time that passes only when `spend` is called."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        """Return the time so far."""
        return self.seconds

    def spend(self, seconds):
        """Let time pass."""
        self.seconds += seconds


def measured(*costs, forward=0.01, error=None):
    """Measure backward passes that cost so many forward passes in turn.

    Returns how many were measured, the properties, and the failure if there is one.
    """
    clock, properties, passes = Clock(), [], []

    def backward(graph):
        clock.spend(graph * costs[len(passes)])
        passes.append(graph)
        if error:
            raise error
        return "gradients"

    def forwards():
        clock.spend(forward)
        return forward

    failure = None
    try:
        assert BackwardCost(clock, properties).measure(forwards, backward) == "gradients"
    except (Mismatch, TimedOut) as raised:
        failure = raised
    return len(passes), dict(properties), failure


def test_a_reverse_sweep_passes_at_once():
    """A backward pass of a few forward passes needs one attempt, and leaves no time in the report."""
    assert measured(3) == (1, {}, None)


def test_a_slow_first_pass_gets_another_attempt():
    """The first pass may do work for later passes."""
    assert measured(LIMIT + 1, 3) == (2, {}, None)


def test_numeric_differentiation_fails_and_closes_the_gate():
    """A cost of hundreds of forward passes fails at once and is recorded as the reason."""
    passes, properties, failure = measured(900)

    assert passes == 1
    assert (
        properties["closes_gate"] == failure.problem == "a backward pass costs as much as 900 forward passes"
    )


def test_a_cost_near_the_limit_is_measured_again_before_it_fails():
    """The smallest cost of all attempts decides."""
    costs = [CLEAR - 1, LIMIT + 5, *[LIMIT + 9] * ATTEMPTS]

    passes, properties, failure = measured(*costs[:ATTEMPTS])

    assert passes == ATTEMPTS
    assert properties["backward_cost"] == LIMIT + 5
    assert failure


def test_a_clock_that_is_late_once_costs_nothing():
    """Time of a forward pass that is counted late looks like backward; the next attempt decides."""
    assert measured(CERTAIN / 2 * 1e6, 3, forward=1e-6) == (2, {}, None)


@pytest.mark.parametrize(("forward", "closed"), [(0.01, True), (2.0, False)])
def test_a_backward_pass_without_end_closes_the_gate_if_the_forward_pass_was_quick(forward, closed):
    """An engine whose forward pass is slow already is stopped by the time limit and keeps its gates open."""
    _, properties, failure = measured(900, forward=forward, error=TimedOut("no answer within 10 seconds"))

    assert isinstance(failure, TimedOut)
    assert ("closes_gate" in properties) == closed


def test_a_forward_pass_that_takes_no_time_divides_by_no_zero():
    """A clock too coarse for a forward pass gives a finite cost."""
    assert measured(1, forward=0.0) == (1, {}, None)


def test_bulk_calls_work_on_plain_functions():
    """In a student's own process `each` and `fold` call the adapter as often as needed."""
    assert each(pow, [(2, 3), (3, 2)]) == [8, 9]
    assert fold(max, [3, 9, 4]) == 9


@pytest.mark.parametrize("answer", [None, [1.0], (1.0, 2.0), "ab"])
def test_results_of_many_calls_must_be_a_list_of_as_many(answer):
    """A submission that answers for another number of calls fails the test."""
    adapter = SimpleNamespace(each=lambda _: answer)

    with pytest.raises(Mismatch, match="incomplete"):
        each(adapter, [(1,), (2,)])
