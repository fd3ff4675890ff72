"""The verdict that the store keeps: the numbers, points and losses of a report."""

import json

from grader.core.report import to_document
from grader.core.scoring import CAUSE, Outcome
from grader.store.verdict import NOT_WRITTEN, REASON_CHARACTERS, FailedTest, verdict_of
from tests.grader.support.reports import report, result


def test_a_verdict_has_the_points_of_every_problem():
    """Points are by problem, with two decimals, and None where the grader could not judge."""
    graded = report(
        *(result(name=f"test_{n}", outcome=Outcome.FAILED if n else Outcome.PASSED) for n in range(3)),
        result("TestTaking", "test_takes", Outcome.FAILED),
        result("TestRoots", "test_root", Outcome.NOT_JUDGED),
    )

    verdict = verdict_of(graded)

    assert verdict.points == {"adding": 1.0, "taking": 0.0, "roots": None}
    assert (verdict.score, verdict.max_score, verdict.bonus, verdict.max_bonus) == (1.0, 5, None, 4)
    assert json.loads(verdict.document) == to_document(graded)


def test_a_verdict_names_each_lost_test():
    """A failed test has the problem and the outcome; passed tests and unjudged ones are not listed."""
    graded = report(
        result(name="test_a", outcome=Outcome.NOT_RUN, message="it ended"),
        result(name="test_b"),
        result("TestTaking", "test_takes", Outcome.ERROR, message="ValueError: no\nTraceback"),
        result("TestRoots", "test_root", Outcome.NOT_JUDGED, message="ours"),
    )

    assert verdict_of(graded).failed_tests == (
        FailedTest("adding", "test_a", Outcome.NOT_RUN, "it ended"),
        FailedTest("taking", "test_takes", Outcome.ERROR, "ValueError: no"),
    )


def test_a_reason_has_no_drawn_numbers():
    """The same failure under two seeds, or with other shapes, has one reason."""
    told = "the gradient of x1 in a * {} is wrong: the number should be {}, not -3.5e-06"
    graded = report(
        result(name="a", outcome=Outcome.FAILED, message=told.format(2.5, 7)),
        result(name="b", outcome=Outcome.FAILED, message=told.format(-1e300, 0.25)),
        result(name="c", outcome=Outcome.ERROR, message="shapes (3, 4) and (4,) in conv2d"),
        result(name="d", outcome=Outcome.ERROR, message="shapes (5,) and (2, 2, 2) in conv2d"),
    )

    reasons = [lost.reason for lost in verdict_of(graded).failed_tests]

    assert reasons[0] == reasons[1] == "the gradient of x1 in a * … is wrong: the number should be …, not …"
    assert reasons[2] == reasons[3] == "shapes (…) and (…) in conv2d"


def test_a_recognised_mistake_is_the_reason():
    """A loss has the key of its mistake, and the mistake's sentence for a reason."""
    properties = {CAUSE: "wrong_sign"}
    graded = report(
        result(outcome=Outcome.FAILED, message="2 is wrong", hint="Mind the sign.", properties=properties)
    )

    (lost,) = verdict_of(graded).failed_tests

    assert (lost.cause, lost.reason) == ("wrong_sign", "Mind the sign.")


def test_what_is_not_written_has_one_reason():
    """Whatever stub was reached, nothing is written."""
    graded = report(
        *(result(name=name, outcome=Outcome.NOT_WRITTEN, message=f"Not written yet: {name}") for name in "ab")
    )

    assert {lost.reason for lost in verdict_of(graded).failed_tests} == {NOT_WRITTEN}


def test_a_reason_is_one_short_clean_line():
    """However long the first line, and whatever control characters it holds, a list can show the reason."""
    hostile = "\x1b[2J" + "a\t b " * 500 + "\nsecond"
    graded = report(result(outcome=Outcome.FAILED, message=hostile))

    (lost,) = verdict_of(graded).failed_tests

    assert len(lost.reason) <= REASON_CHARACTERS
    assert lost.reason.startswith("a b a b")
    assert lost.reason.isprintable()
