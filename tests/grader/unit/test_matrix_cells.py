"""The cells of the matrix: full marks are blank, a loss has its number, work not started is a dot."""

from datetime import UTC, datetime

import pytest

from grader.store.states import State
from grader.store.student_results import CountedSubmission, Earned, Newest, StudentResult
from grader.web.pages.class_strips import make_strips
from grader.web.pages.matrix_cells import levels_of, make_columns, row, tenths
from grader.web.pages.matrix_page import split
from tests.grader.support.page import Page
from tests.grader.support.reports import RUBRIC

COLUMNS = make_columns(RUBRIC)


def student(points=None, name="Ada", state=State.GRADED, *, late=False):
    """Return a student with these points, or without a verdict."""
    earned = Earned(3.0, 5, 0.0, 4, points or {})
    moment = datetime(2026, 11, 25, tzinfo=UTC)
    counted = CountedSubmission("ab12", 1, moment, late, earned) if points else None
    return StudentResult(
        7, "ada@example.edu", name, "A", 1, Newest("ab12", state) if state else None, counted
    )


def levels(unstarted=(), **points):
    """Return the levels of a submission with these points."""
    return levels_of(student(points).counted, COLUMNS, {("ab12", each) for each in unstarted})


def html(one, *own):
    """Return the row of a student as a page."""
    return Page(f"<table>{row(one, COLUMNS, own)}</table>")


@pytest.mark.parametrize(
    ("points", "level"),
    [(3.0, ""), (2.0, "a"), (2.99, "a"), (1.0, "b"), (0.99, "c"), (0.01, "c"), (0.0, "d"), (None, "u")],
)
def test_a_level_is_a_share_of_points(points, level):
    """All, two thirds, one third, less, none, and not judged."""
    assert levels(adding=points)[0] == level


def test_work_not_started_is_no_loss():
    """It has a level of its own, whatever its points."""
    assert levels(["adding"], adding=0.0, taking=0.0) == ["o", "d", "u"]


def test_only_losses_have_a_number_and_a_link():
    """Full marks and work not started are empty cells."""
    page = html(student({"adding": 3.0, "taking": 0.5, "roots": 0.0}), "", "c", "o")

    links = page.attributes("href", "a")
    assert links == ["students/7", "/submissions/ab12", "/submissions/ab12#problem-taking"]
    assert "Ada 3.00 0.00 0.5" in page.words


def test_a_row_says_its_losses_in_words():
    """The largest losses with their points, and how many problems are not started; a phone shows no cells."""
    page = html(student({"adding": 0.5, "taking": 1.0, "roots": 0.0}), "c", "b", "o")

    assert "Addition 0.5/3, Subtraction 1/2 · 1 not started" in page.words


def test_a_late_submission_says_so():
    """The word is beside the score."""
    assert "late 3.00" in html(student({"adding": 3.0}, late=True), "", "u", "u").words


@pytest.mark.parametrize(
    ("state", "words"),
    [(None, "nothing handed in"), (State.QUEUED, "waits for a verdict"), (State.GRADER_ERROR, "no verdict")],
)
def test_a_student_without_a_verdict_has_a_row(state, words):
    """The row says why there are no points."""
    assert words in html(student(state=state)).words


def test_a_long_name_is_whole_in_the_row():
    """The column cuts it, the text and the tooltip do not."""
    name = "Bartholomew Featherstonehaugh-Cholmondeley"

    page = html(student({"adding": 3.0}, name=name), "", "", "")

    assert name in page.words
    assert page.attributes("title", "th") == [name]


@pytest.mark.parametrize(
    ("points", "shown"), [(0.0, "0"), (0.01, "0.1"), (1.0, "1"), (2.67, "2.6"), (2.999, "2.9"), (None, "?")]
)
def test_no_loss_looks_like_all_points(points, shown):
    """One decimal, rounded down, and never to nothing."""
    assert tenths(points) == shown


def test_a_shared_bug_is_a_streak():
    """The picture has a line a student, neighbours of one level are one stroke, and parts are apart."""
    strips = make_strips([["d", "d", ""], ["o", "", ""], []], COLUMNS)

    assert strips.lines == 3
    assert dict(strips.paths) == {"full": "M2.3 0h1M1 1h1M2.3 1h1", "d": "M0 0h2"}


@pytest.mark.parametrize(
    ("page", "rows", "neighbours"),
    [
        ("1", (1, 50), ("", "2")),
        ("3", (101, 120), ("2", "")),
        ("9", (101, 120), ("2", "")),
        ("0", (1, 50), ("", "2")),
        ("x", (1, 50), ("", "2")),
        ("9" * 5000, (1, 50), ("", "2")),
        ("all", (1, 120), ("", "")),
    ],
)
def test_pages_of_rows(page, rows, neighbours):
    """Fifty rows a page, or all; an address of a page that is not there shows the nearest."""
    found = split(120, page)

    assert (found.first, found.last) == rows
    assert (found.previous, found.next) == neighbours
