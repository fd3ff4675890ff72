"""The verdict that the store keeps: the numbers, points and losses of a report."""

import json

from grader.core.report import to_document
from grader.core.scoring import Outcome
from grader.store.verdict import REASON_CHARACTERS, LostTest, verdict_of
from tests.harness.reports import report, result


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
    """A loss has the problem and the outcome; what passed or was not judged is none."""
    graded = report(
        result(name="test_a", outcome=Outcome.NOT_RUN, message="it ended"),
        result(name="test_b"),
        result("TestTaking", "test_takes", Outcome.ERROR, message="ValueError: no\nTraceback"),
        result("TestRoots", "test_root", Outcome.NOT_JUDGED, message="ours"),
    )

    assert verdict_of(graded).losses == (
        LostTest("adding", "test_a", Outcome.NOT_RUN, "it ended"),
        LostTest("taking", "test_takes", Outcome.ERROR, "ValueError: no"),
    )


def test_a_reason_is_one_short_clean_line():
    """However long the first line, and whatever control characters it holds, a list can show the reason."""
    hostile = "\x1b[2J" + "a\t b " * 500 + "\nsecond"
    graded = report(result(outcome=Outcome.FAILED, message=hostile))

    (lost,) = verdict_of(graded).losses

    assert len(lost.reason) <= REASON_CHARACTERS
    assert lost.reason.startswith("a b a b")
    assert lost.reason.isprintable()
