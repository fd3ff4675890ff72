"""Which of a student's submissions is the best, and which the latest."""

from datetime import UTC, datetime

import pytest

from grader.store.states import State
from grader.web.pages.history import ListedSubmission, best, latest


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
