"""The submissions of one student for one assignment, numbered from the oldest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grader.store.states import WAITING, State
from grader.store.student_results import PastSubmission, list_history
from grader.store.tables import AssignmentRow
from grader.web.pages.curves import Measurement, Plot, plot

MOST_POINTS = 30  # of the plot: the table has all


@dataclass(frozen=True)
class ListedSubmission:
    """A submission in a list: the numbers of its report, and its attempt, are None until there is one."""

    number: int
    id: str
    state: State
    received_at: datetime
    score: float | None
    max_score: int | None
    bonus: float | None
    max_bonus: int | None
    is_late: bool
    attempt: int | None = None

    @property
    def waits(self) -> bool:
        """Whether it has no verdict yet."""
        return self.state in WAITING


def list_submissions(session: Session, user_id: int, assignment: AssignmentRow) -> list[ListedSubmission]:
    """Return all submissions of the student, oldest first."""
    oldest_first = reversed(list_history(session, user_id, assignment))
    return [_try(number, each) for number, each in enumerate(oldest_first, start=1)]


def best(found: Sequence[ListedSubmission]) -> ListedSubmission | None:
    """Return the submission with the highest score, the earliest of equals; None if none has a score.

    A submission in time comes before all late ones.
    """
    scored = [each for each in found if each.score is not None]
    return max(scored, key=lambda each: (not each.is_late, each.score or 0, each.bonus or 0), default=None)


def latest(found: Sequence[ListedSubmission]) -> ListedSubmission | None:
    """Return the newest submission with a score."""
    return next((each for each in reversed(found) if each.score is not None), None)


@dataclass(frozen=True)
class Standing:
    """A submission among those of its student: the change since the one before, and the best one."""

    change: float
    since: int | None
    best: ListedSubmission | None
    is_best: bool

    @property
    def words(self) -> str:
        """The change with its sign, such as +14.88."""
        return f"{self.change:+.2f}".replace("-", "\N{MINUS SIGN}") if self.change else "No change"


def standing(found: Sequence[ListedSubmission], this: ListedSubmission) -> Standing | None:
    """Return how `this` stands among all submissions; None without a score."""
    if this.score is None:
        return None
    before = latest([each for each in found if each.number < this.number])
    change = this.score - before.score if before and before.score is not None else 0.0
    top = best(found)
    return Standing(change, before.number if before else None, top, is_best=top == this)


@dataclass(frozen=True)
class HistoryRow:
    """A row of the history: a submission, and the one with a score before it."""

    this: ListedSubmission
    before: ListedSubmission | None

    @property
    def change(self) -> float | None:
        """The points more than before; None without two scores."""
        if self.before is None or self.before.score is None or self.this.score is None:
            return None
        return round(self.this.score - self.before.score, 2)


def history_rows(found: Sequence[ListedSubmission]) -> list[HistoryRow]:
    """Return the rows of the history, newest first."""
    rows, before = [], None
    for each in found:
        rows.append(HistoryRow(each, before if each.score is not None else None))
        before = before if each.score is None else each
    return rows[::-1]


def score_plot(found: Sequence[ListedSubmission]) -> Plot:
    """Return the scores of the newest submissions as a plot from 0 to the maximum score."""
    scored = [(each, each.score) for each in found if each.score is not None][-MOST_POINTS:]
    top = max((each.max_score or 0 for each, _ in scored), default=0)
    points = [Measurement(each.number, score, str(each.number), each.id) for each, score in scored]
    return plot(points, top=top)


def _try(number: int, handed_in: PastSubmission) -> ListedSubmission:
    earned = handed_in.earned
    return ListedSubmission(
        number,
        handed_in.submission_id,
        handed_in.state,
        handed_in.received_at,
        earned.score if earned else None,
        earned.max_score if earned else None,
        earned.bonus if earned else None,
        earned.max_bonus if earned else None,
        handed_in.is_late,
        handed_in.attempt,
    )
