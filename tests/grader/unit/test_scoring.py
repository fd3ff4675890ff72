"""The arithmetic of the score: exact, complete, and never at a submission's cost for the grader's fault."""

from fractions import Fraction

import pytest

from grader.core.rubric import Part, Rubric, ScoringPolicy
from grader.core.scoring import TestResult, format_points, score
from tests.grader.support.scored import ERROR, FAILED, NOT_JUDGED, NOT_RUN, PASSED, problem, rubric_of, scored


def test_all_passed():
    """A problem earns all its points when all its tests pass."""
    total = scored(rubric_of(problem("A"), problem("B", 3)), A=[PASSED], B=[PASSED, PASSED])

    assert (total.score, total.max_score) == (5, 5)


def test_proportional():
    """A problem earns in proportion to its passed tests."""
    total = scored(rubric_of(problem("A", 3)), A=[PASSED, FAILED, PASSED, FAILED])

    assert total.score == Fraction(3, 2)


def test_thirds():
    """Thirds are exact and add up to whole points."""
    third = [PASSED, FAILED, FAILED]

    total = scored(rubric_of(*(problem(name, 1) for name in "ABC")), A=third, B=third, C=third)

    assert [p.score for p in total.problems] == [Fraction(1, 3)] * 3
    assert total.score == 1


@pytest.mark.parametrize("outcome", [FAILED, ERROR, NOT_RUN])
def test_kinds_of_loss(outcome):
    """Every loss of the submission costs the same."""
    assert scored(rubric_of(problem("A")), A=[PASSED, outcome]).score == 1


def test_all_or_nothing():
    """Under all_or_nothing one loss costs all points of the problem."""
    rubric = rubric_of(
        problem("A", 2, ScoringPolicy.ALL_OR_NOTHING), problem("B", 3, ScoringPolicy.ALL_OR_NOTHING)
    )

    total = scored(rubric, A=[PASSED, PASSED, FAILED], B=[PASSED, PASSED])

    assert [p.score for p in total.problems] == [0, 3]


def test_bonus_apart():
    """The bonus counts apart."""
    total = scored(rubric_of(problem("A"), bonus=[problem("X", 4)]), A=[PASSED], X=[PASSED, FAILED])

    assert (total.score, total.max_score) == (2, 2)
    assert (total.bonus, total.max_bonus) == (2, 4)


def test_no_tests():
    """A class without tests earns nothing."""
    total = score(rubric_of(problem("A")), {}, [])

    assert total.problems[0].score == 0
    assert total.judged


def test_sum_of_a_part():
    """Each part has its own sum."""
    rubric = Rubric("T", "cases", (Part("p", "P", (problem("A"),)), Part("q", "Q", (problem("B", 3),))))

    total = scored(rubric, A=[PASSED], B=[FAILED])

    assert [(part.score, part.max_score) for part in total.parts] == [(2, 2), (0, 3)]


def test_missing_test():
    """A missing test did not run and is lost."""
    expected = {"TestA": ["test_0", "test_1"]}

    total = score(rubric_of(problem("A")), expected, [TestResult("test_1", "TestA", PASSED)])

    first = total.problems[0].results[0]
    assert total.score == 1
    assert (first.name, first.outcome) == ("test_0", NOT_RUN)
    assert first.message == "This test did not run: the run ended before it."


def test_nothing_ran():
    """Without any result there are no points."""
    assert score(rubric_of(problem("A")), {"TestA": ["test_0"]}, []).score == 0


def test_order_of_results():
    """Results come in the order of the suite."""
    expected = {"TestA": ["test_b", "test_a"]}
    results = [TestResult(name, "TestA", PASSED) for name in ("test_a", "test_b")]

    total = score(rubric_of(problem("A")), expected, results)

    assert [result.name for result in total.problems[0].results] == ["test_b", "test_a"]


@pytest.mark.parametrize(("group", "name"), [("TestA", "test_new"), ("TestNew", "test_0")])
def test_unknown_test(group, name):
    """A result of an unknown test is refused."""
    results = [TestResult(name, group, PASSED)]

    with pytest.raises(ValueError, match=f"a result of {group}::{name}, which is no test of the suite"):
        score(rubric_of(problem("A")), {"TestA": ["test_0"]}, results)


def test_two_results():
    """Two results of one test are refused."""
    results = [TestResult("test_0", "TestA", FAILED), TestResult("test_0", "TestA", PASSED)]

    with pytest.raises(ValueError, match="two results of TestA::test_0"):
        score(rubric_of(problem("A")), {"TestA": ["test_0"]}, results)


def test_one_name_in_two_classes():
    """One name may be a test of two classes."""
    total = scored(rubric_of(problem("A"), problem("B")), A=[PASSED], B=[FAILED])

    assert [p.score for p in total.problems] == [2, 0]


def test_class_outside_the_rubric():
    """Tests of a class outside the rubric change nothing."""
    total = scored(rubric_of(problem("A")), A=[PASSED], Other=[FAILED])

    assert total.score == 2


@pytest.mark.parametrize("policy", list(ScoringPolicy))
def test_not_judged(policy):
    """A problem with a test that was not judged has no score, and no sum counts it as 0."""
    total = scored(rubric_of(problem("A", 2, policy), problem("B")), A=[FAILED, NOT_JUDGED], B=[PASSED])

    assert [p.score for p in total.problems] == [None, 2]
    assert (total.score, [part.score for part in total.parts]) == (None, [None])


def test_unjudged_list():
    """A problem that was not judged is listed, and nothing is lost to it."""
    total = scored(rubric_of(problem("A")), A=[NOT_JUDGED])

    assert not total.judged
    assert [p.problem.id for p in total.unjudged] == ["a"]
    assert total.problems[0].lost == 0


def test_unjudged_bonus():
    """A bonus that was not judged is listed too."""
    total = scored(rubric_of(problem("A"), bonus=[problem("X")]), A=[PASSED], X=[NOT_JUDGED])

    assert [p.problem.id for p in total.unjudged] == ["x"]
    assert (total.score, total.bonus) == (2, None)


def test_judged():
    """A score in which everything was judged says so."""
    assert scored(rubric_of(problem("A")), A=[ERROR]).judged


def test_lost_per_test():
    """The losses of a problem share the lost points."""
    lost = scored(rubric_of(problem("A", 2)), A=[PASSED, FAILED, ERROR]).problems[0]

    assert (lost.passed, len(lost.losses)) == (1, 2)
    assert (lost.lost, lost.lost_per_test) == (Fraction(4, 3), Fraction(2, 3))


def test_lost_per_test_all_or_nothing():
    """Under all_or_nothing the losses share all points of the problem."""
    rubric = rubric_of(problem("A", 3, ScoringPolicy.ALL_OR_NOTHING))

    lost = scored(rubric, A=[PASSED, FAILED, FAILED]).problems[0]

    assert (lost.lost, lost.lost_per_test) == (3, Fraction(3, 2))


def test_nothing_lost():
    """Without losses nothing is lost."""
    kept = scored(rubric_of(problem("A")), A=[PASSED]).problems[0]

    assert (kept.lost, kept.lost_per_test) == (0, 0)


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (0, "0"),
        (12, "12"),
        (100, "100"),
        (Fraction(3, 2), "1.5"),
        (Fraction(2, 3), "0.67"),
        (Fraction(1, 3), "0.33"),
        (Fraction(1, 200), "0.01"),  # half a hundredth goes up
        (Fraction(1, 201), "0"),
        (Fraction(2005, 1000), "2.01"),
        (Fraction(1999, 1000), "2"),
        (Fraction(10_409, 100), "104.09"),
    ],
)
def test_format_points(points, text):
    """Points show at most two decimals and no trailing zeros."""
    assert format_points(points) == text
