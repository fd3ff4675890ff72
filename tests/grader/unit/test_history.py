"""Which of a student's submissions is the best, and which the latest."""

from datetime import UTC, datetime

import pytest

from grader.store.states import State
from grader.web.pages.history import MOST_POINTS, ListedSubmission, best, history_rows, latest, score_plot


def made(number, score=None, bonus=0.0, state=State.GRADED):
    """Return a submission in a list."""
    moment = datetime(2026, 11, 23, 10, number, tzinfo=UTC)
    return ListedSubmission(number, str(number), state, moment, score, 5, bonus, 4, is_late=False)


@pytest.mark.parametrize(
    ("found", "number"),
    [
        ([], None),
        ([made(1)], None),
        ([made(1, 2.0), made(2, 4.0), made(3, 3.0)], 2),
        ([made(1, 3.0), made(2, 3.0)], 1),
        ([made(1, 3.0), made(2, 3.0, bonus=1.0)], 2),
        ([made(1, 0.0), made(2)], 1),
    ],
)
def test_the_best(found, number):
    """The highest score is the best, then the highest bonus, and of equals the earliest; 0 is a score."""
    top = best(found)

    assert (top and top.number) == number


@pytest.mark.parametrize(
    ("found", "number"),
    [([], None), ([made(1, 4.0), made(2, 0.0), made(3, state=State.QUEUED)], 2), ([made(1)], None)],
)
def test_the_latest(found, number):
    """The latest is the newest that has a score, however low."""
    newest = latest(found)

    assert (newest and newest.number) == number


@pytest.mark.parametrize("state", State)
def test_what_waits(state):
    """A submission waits while it is queued or being graded, and in no other state."""
    assert made(1, state=state).waits is (state in {State.QUEUED, State.GRADING})


def test_each_row_compares_with_the_one_before():
    """A row knows the submission with a score before it, past those without one, and the change."""
    found = [
        made(1, 2.0),
        made(2, state=State.CANCELLED),
        made(3, 4.5),
        made(4, state=State.QUEUED),
        made(5, 4.0),
    ]

    rows = history_rows(found)

    assert [(row.this.number, row.before and row.before.number, row.change) for row in rows] == [
        (5, 3, -0.5),
        (4, None, None),
        (3, 1, 2.5),
        (2, None, None),
        (1, None, None),
    ]


def test_the_scores_are_a_curve_up_to_the_maximum():
    """The axis goes from 0 to the maximum score; submissions without a score are no points."""
    drawn = score_plot([made(1, 0.0), made(2, state=State.CANCELLED), made(3, 5.0)])

    assert [(mark.x, mark.y, mark.point.id) for mark in drawn.marks] == [(0, 100, "1"), (100, 0, "3")]
    assert [line.label for line in drawn.lines] == ["0", "2.5", "5"]
    assert [label.label for label in drawn.labels] == ["1", "3"]


def test_many_scores_are_a_curve_of_the_newest():
    """A student of a thousand attempts gets a page of bounded size; the table has all."""
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    found = [
        ListedSubmission(n, str(n), State.GRADED, moment, 1.0, 5, 0.0, 4, is_late=False) for n in range(1_000)
    ]

    drawn = score_plot(found)

    assert len(drawn.marks) == MOST_POINTS
    assert drawn.labels[-1].label == "999"
    assert not drawn.has_labels
