"""Limits on the points of a problem: gates and essential tests."""

from fractions import Fraction

import pytest

from grader.core.rubric import Problem
from grader.core.scoring import CLOSES_GATE, TestResult, score
from tests.grader.support.scored import ERROR, FAILED, NOT_RUN, PASSED, problem, rubric_of, scored


def gated(*outcomes, gate_outcome=FAILED, **properties):
    """Return the score of a problem A of 4 points, gated by a test of B that recorded `properties`."""
    rubric = rubric_of(Problem("a", "A", 4, "TestA", gate="TestB::test_gate"), problem("B"))
    expected = {"TestA": [f"test_{i}" for i in range(len(outcomes))], "TestB": ["test_gate"]}
    results = [TestResult(f"test_{i}", "TestA", end) for i, end in enumerate(outcomes)]
    gate = TestResult("test_gate", "TestB", gate_outcome, properties=properties)
    return score(rubric, expected, [*results, gate]).problems[0]


def test_a_closed_gate_halves_the_points():
    """A problem whose gate test found another way than asked earns half at most, and says why."""
    found = gated(PASSED, PASSED, **{CLOSES_GATE: "a backward pass costs 900 forward passes"})

    assert found.score == 2
    assert found.limited == (
        "This problem earns at most half of its points, because a backward pass costs 900 forward passes."
    )


def test_a_closed_gate_takes_nothing_from_less_than_half():
    """A problem that earns less than half anyway keeps its points."""
    assert gated(PASSED, FAILED, FAILED, FAILED, **{CLOSES_GATE: "why"}).score == 1


@pytest.mark.parametrize("outcome", [PASSED, FAILED, ERROR, NOT_RUN])
def test_a_gate_test_that_found_nothing_closes_no_gate(outcome):
    """A gate test that is lost for another reason, such as work not begun, limits no other problem."""
    found = gated(PASSED, PASSED, gate_outcome=outcome, backward_cost=2.5)

    assert (found.score, found.limited) == (4, "")


def with_essentials(*outcomes):
    """Return the score of a problem A of 5 points, whose first test and test_1[x] are essential."""
    rubric = rubric_of(Problem("a", "A", 5, "TestA", essential=("test_0[x]", "test_1")))
    names = [f"test_{i}[x]" for i in range(len(outcomes))]
    results = [TestResult(name, "TestA", end) for name, end in zip(names, outcomes, strict=True)]
    return score(rubric, {"TestA": names}, results).problems[0]


@pytest.mark.parametrize("outcome", [FAILED, ERROR, NOT_RUN])
@pytest.mark.parametrize("place", [0, 1])
def test_a_lost_essential_test_costs_two_fifths(place, outcome):
    """A problem that loses an essential test earns three fifths at most, and names the test."""
    outcomes = [PASSED] * 10
    outcomes[place] = outcome

    found = with_essentials(*outcomes)

    assert found.score == 3
    assert found.limited == (
        f"This problem earns at most 60 % of its points, because an essential test failed: test_{place}[x]."
    )


@pytest.mark.parametrize("outcomes", [[PASSED, PASSED, FAILED, PASSED, PASSED], [FAILED, FAILED, PASSED]])
def test_essential_tests_limit_nothing_else(outcomes):
    """A loss of another test costs its own share, and points below three fifths stay as they are."""
    found = with_essentials(*outcomes)

    assert found.score == Fraction(5 * outcomes.count(PASSED), len(outcomes))
    assert found.limited == ""


def test_a_gate_that_did_not_run_is_open():
    """A gate test that was left out of a run limits nothing."""
    rubric = rubric_of(Problem("a", "A", 4, "TestA", gate="TestB::test_gate"))

    assert scored(rubric, A=[PASSED]).score == 4
