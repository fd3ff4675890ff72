"""A stored report becomes the report that it was."""

import json
from fractions import Fraction

from grader.core.reading import from_document
from grader.core.report import to_document
from grader.core.scoring import Outcome
from grader.render.plain_text import render_text
from tests.grader.support.reports import report, result


def thirds():
    """Return a report whose points are no finite decimals."""
    tests = [result(name=f"test_{number}") for number in range(6)]
    return report(
        *tests[:4],
        result("TestRoots", "test_root", Outcome.NOT_JUDGED, message="ours"),
        *[result("TestTaking", f"test_{n}", Outcome.FAILED if n else Outcome.PASSED) for n in range(3)],
    )


def test_a_report_survives_being_stored():
    """Writing, reading and writing again gives the same document, and the same text."""
    document = json.loads(json.dumps(to_document(thirds())))

    read = from_document(document)

    assert to_document(read) == {**document, "suite": document["suite"]}
    assert render_text(read) == render_text(thirds())


def test_points_are_exact_again():
    """Two thirds of a point come back as two thirds, so that sums of them are right."""
    read = from_document(to_document(thirds()))

    assert read.score.score == thirds().score.score == 3 + Fraction(2, 3)
