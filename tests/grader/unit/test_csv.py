"""The gradebook as CSV."""

import csv
import io

import pytest

from grader.core.report import Status, status_of
from grader.core.scoring import Outcome
from grader.render.csv import Row, render_csv
from tests.grader.support.reports import RUBRIC, report, result


def table(*rows):
    """Return the rendered rows as dicts."""
    return list(csv.DictReader(io.StringIO(render_csv(RUBRIC, rows))))


def test_a_graded_submission_has_its_points():
    """A line holds the totals and the points of each problem, at most two decimals."""
    lost = [result(name=f"test_{n}", outcome=Outcome.FAILED if n else Outcome.PASSED) for n in range(7)]

    line = table(Row("anna.zip", report(*lost), Status.GRADED))[0]

    assert (line["submission"], line["status"]) == ("anna.zip", "graded")
    assert (line["score"], line["max_score"], line["bonus"], line["max_bonus"]) == ("2.43", "5", "4", "4")
    assert (line["adding"], line["taking"], line["roots"]) == ("0.43", "2", "4")


def test_a_refused_submission_has_a_reason_and_no_points():
    """A refusal is a line with its reason; its score is empty, not 0."""
    line = table(Row("b.zip", "refused: not a zip", "refused"))[0]

    assert (line["status"], line["score"], line["reason"]) == ("refused", "", "refused: not a zip")


def test_our_failure_has_no_score():
    """A submission that the grader failed to judge has no score to copy into a gradebook."""
    failed = report(result(outcome=Outcome.NOT_JUDGED), status=Status.GRADER_ERROR)

    line = table(Row("c.zip", failed, failed.status))[0]

    assert (line["score"], line["adding"]) == ("", "")


def test_an_unjudged_bonus_is_in_no_sum():
    """A problem that was not judged has no points and no sum, and the line names it."""
    broken = report(result("TestRoots", outcome=Outcome.NOT_JUDGED))

    line = table(Row("c.zip", broken, status_of(broken.score, loadable=True)))[0]

    assert (line["status"], line["bonus"], line["roots"]) == ("grader_error", "", "")
    assert "not judged, so no sum: roots" in line["reason"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_is_a_formula(name):
    """A name that a spreadsheet would run is shown as text."""
    line = table(Row(name, "refused", "refused"))[0]

    assert line["submission"].startswith("'")


def test_a_cell_is_one_line():
    """Line breaks and controls in a reason stay inside their cell, as spaces."""
    text = render_csv(RUBRIC, [Row("d.zip", 'a\nb,"c"\x1b[0m', "refused")])

    assert len(text.splitlines()) == 2
    assert table(Row("d.zip", 'a\nb,"c"', "refused"))[0]["reason"] == 'a b,"c"'
