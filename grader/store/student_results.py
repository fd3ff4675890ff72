"""Student results: the score of each student of a course for an assignment; no report is parsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, bindparam, case, cast, func, select
from sqlalchemy.orm import Session

from grader.core.deadline import closing, is_late
from grader.core.role import Role
from grader.store.states import UNSPENT, State
from grader.store.submissions import report_that_counts
from grader.store.tables import AssignmentRow, MembershipRow, ReportRow, SubmissionRow, UserRow


class Counts(StrEnum):
    """Which of a student's submissions counts: the best (the first of equals), or the newest.

    A submission in time comes before all late ones.
    """

    BEST = "best"
    LATEST = "latest"


STUDENT: tuple[Any, ...] = (UserRow.id, UserRow.email, UserRow.name, MembershipRow.section)
TOTALS = (ReportRow.score, ReportRow.max_score, ReportRow.bonus, ReportRow.max_bonus)
EARNED = (*TOTALS, ReportRow.points)
IS_UNJUDGED = cast(ReportRow.points, String).like("%: null%").label("is_unjudged")
FIRST: Mapping[Counts, tuple[Any, ...]] = {
    Counts.BEST: (
        ReportRow.score.desc(),
        ReportRow.bonus.desc(),
        SubmissionRow.received_at,
        SubmissionRow.id,
    ),
    Counts.LATEST: (SubmissionRow.received_at.desc(), SubmissionRow.id.desc()),
}

NEVER_LATE = datetime(9999, 1, 1, tzinfo=UTC)  # without a deadline, late submissions begin here


def _place(*order: Any) -> ColumnElement[int]:
    """Return the place of a submission among those of its student, from 1."""
    return func.row_number().over(partition_by=SubmissionRow.user_id, order_by=order).label("place")


def _select_newest() -> Select[Any]:
    """Select of each student the newest submission, and how many cost an attempt."""
    spent = case((SubmissionRow.state.in_(UNSPENT), 0), else_=1)
    placed = (
        select(
            SubmissionRow.user_id,
            SubmissionRow.id,
            SubmissionRow.state,
            func.sum(spent).over(partition_by=SubmissionRow.user_id).label("attempts"),
            _place(*FIRST[Counts.LATEST]),
        )
        .where(SubmissionRow.assignment_id == bindparam("assignment"))
        .subquery()
    )
    return select(placed).where(placed.c.place == 1)


def _select_counted(counts: Counts) -> Select[Any]:
    """Select of each student the submission that counts, with its numbers."""
    late = case((SubmissionRow.received_at >= bindparam("closing"), 1), else_=0)
    ranked = (
        select(
            SubmissionRow.user_id,
            SubmissionRow.id,
            SubmissionRow.received_at,
            ReportRow.attempt,
            _place(late, *FIRST[counts]),
        )
        .join(ReportRow, report_that_counts())
        .where(SubmissionRow.assignment_id == bindparam("assignment"))
        .subquery()
    )
    report = and_(ReportRow.submission_id == ranked.c.id, ReportRow.attempt == ranked.c.attempt)
    return (
        select(ranked.c.user_id, ranked.c.id, ranked.c.attempt, ranked.c.received_at, *EARNED)
        .join(ReportRow, report)
        .where(ranked.c.place == 1)
    )


# The pages ask these often, so each is built once.
STUDENTS = (
    select(*STUDENT)
    .join(MembershipRow, MembershipRow.user_id == UserRow.id)
    .where(MembershipRow.course_id == bindparam("course"), MembershipRow.role == Role.STUDENT)
    .order_by(UserRow.email)
)
NEWEST = _select_newest()
COUNTED = {counts: _select_counted(counts) for counts in Counts}
HISTORY = (
    select(
        SubmissionRow.id,
        SubmissionRow.received_at,
        SubmissionRow.state,
        ReportRow.attempt,
        *TOTALS,
        IS_UNJUDGED,
    )
    .outerjoin(ReportRow, report_that_counts())
    .where(SubmissionRow.user_id == bindparam("user"), SubmissionRow.assignment_id == bindparam("assignment"))
    .order_by(SubmissionRow.received_at.desc(), SubmissionRow.id.desc())
)
VERDICTS = (
    select(ReportRow.submission_id, ReportRow.attempt, ReportRow.score, ReportRow.created_at)
    .join(SubmissionRow, SubmissionRow.id == ReportRow.submission_id)
    .where(SubmissionRow.user_id == bindparam("user"), SubmissionRow.assignment_id == bindparam("assignment"))
    .order_by(ReportRow.created_at, ReportRow.submission_id)
)


@dataclass(frozen=True)
class Totals:
    """The totals of the report that counts.

    `bonus` is None in a report of an earlier release that left a problem of the bonus unjudged.
    """

    score: float
    max_score: int
    bonus: float | None
    max_bonus: int


@dataclass(frozen=True)
class Earned(Totals):
    """The totals, and the `points` by problem, None if not judged."""

    points: Mapping[str, float | None]


@dataclass(frozen=True)
class CountedSubmission:
    """The submission that counts for a student; it has a verdict."""

    submission_id: str
    attempt: int
    received_at: datetime
    is_late: bool
    earned: Earned


@dataclass(frozen=True)
class Newest:
    """A student's newest submission in any state."""

    submission_id: str
    state: State


@dataclass(frozen=True)
class StudentResult:
    """A student of the course with the submission that counts.

    `attempts` counts the submissions that cost an attempt, waiting ones included. `newest` is None for a
    student without submissions, `counted` for one without a verdict.
    """

    user_id: int
    email: str
    name: str
    section: str
    attempts: int
    newest: Newest | None
    counted: CountedSubmission | None


@dataclass(frozen=True)
class PastSubmission:
    """One of a student's submissions in any state; `attempt` and `earned` are None without a verdict."""

    submission_id: str
    received_at: datetime
    is_late: bool
    state: State
    attempt: int | None
    earned: Totals | None


@dataclass(frozen=True)
class GivenVerdict:
    """A verdict of one attempt on a submission."""

    submission_id: str
    attempt: int
    score: float
    created_at: datetime


def list_student_results(session: Session, assignment: AssignmentRow, counts: Counts) -> list[StudentResult]:
    """Return the result of each student of the assignment's course, in the order of their addresses."""
    ask, due_at = session.connection().execute, assignment.due_at
    handed_in = {row.user_id: row for row in ask(NEWEST, {"assignment": assignment.id})}
    closes = {"assignment": assignment.id, "closing": closing(due_at) if due_at else NEVER_LATE}
    counted = {
        row.user_id: CountedSubmission(
            row.id, row.attempt, row.received_at, is_late(row.received_at, due_at), _make_earned(row)
        )
        for row in ask(COUNTED[counts], closes)
    }

    def standing(student: Row[Any]) -> StudentResult:
        newest = handed_in.get(student.id)
        return StudentResult(
            user_id=student.id,
            email=student.email,
            name=student.name,
            section=student.section,
            attempts=newest.attempts if newest else 0,
            newest=Newest(newest.id, newest.state) if newest else None,
            counted=counted.get(student.id),
        )

    return [standing(student) for student in ask(STUDENTS, {"course": assignment.course_id})]


def list_history(session: Session, user_id: int, assignment: AssignmentRow) -> list[PastSubmission]:
    """Return the submissions of a student for an assignment, newest first."""
    found = session.connection().execute(HISTORY, {"user": user_id, "assignment": assignment.id})
    return [
        PastSubmission(
            submission_id=row.id,
            received_at=row.received_at,
            is_late=is_late(row.received_at, assignment.due_at),
            state=row.state,
            attempt=row.attempt,
            earned=None
            if row.score is None
            else Totals(row.score, row.max_score, None if row.is_unjudged else row.bonus, row.max_bonus),
        )
        for row in found
    ]


def list_verdicts(session: Session, user_id: int, assignment: AssignmentRow) -> list[GivenVerdict]:
    """Return every verdict on the submissions of a student for an assignment, oldest first."""
    found = session.connection().execute(VERDICTS, {"user": user_id, "assignment": assignment.id})
    return [GivenVerdict(*row) for row in found]


def _make_earned(row: Row[Any]) -> Earned:
    bonus = None if None in row.points.values() else row.bonus
    return Earned(row.score, row.max_score, bonus, row.max_bonus, row.points)
