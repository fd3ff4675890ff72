"""Standings: how far the students of a course are with an assignment, in numbers; no report is parsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select
from sqlalchemy.orm import Session

from grader.core.deadline import closing, is_late
from grader.core.role import Role
from grader.store.states import UNSPENT, State
from grader.store.submissions import report_that_counts
from grader.store.tables import Assignment, Membership, Report, Submission, User


class Counts(StrEnum):
    """Which of a student's submissions counts: of equally good ones the first, of all the newest.

    One that came in time comes before all late ones.
    """

    BEST = "best"
    LATEST = "latest"


STUDENT: tuple[Any, ...] = (User.id, User.email, User.name, Membership.section)
EARNED = (Report.score, Report.max_score, Report.bonus, Report.max_bonus, Report.points)
FIRST: Mapping[Counts, tuple[Any, ...]] = {
    Counts.BEST: (Report.score.desc(), Report.bonus.desc(), Submission.received_at, Submission.id),
    Counts.LATEST: (Submission.received_at.desc(), Submission.id.desc()),
}


@dataclass(frozen=True)
class Earned:
    """What a submission's report that counts says in numbers; `points` by problem, None if not judged.

    `bonus` is None in a report of an earlier release that left a problem of the bonus unjudged.
    """

    score: float
    max_score: int
    bonus: float | None
    max_bonus: int
    points: Mapping[str, float | None]


@dataclass(frozen=True)
class Counting:
    """The submission that counts for a student; it has a verdict."""

    submission_id: str
    received_at: datetime
    is_late: bool
    earned: Earned


@dataclass(frozen=True)
class Newest:
    """A student's newest submission, whatever became of it."""

    submission_id: str
    state: State


@dataclass(frozen=True)
class Standing:
    """A student of the course, and how far they are.

    `tries` are the submissions that cost an attempt, waiting ones included. `newest` is None for who handed
    in nothing, `counting` also for who has no verdict.
    """

    user_id: int
    email: str
    name: str
    section: str
    tries: int
    newest: Newest | None
    counting: Counting | None


@dataclass(frozen=True)
class HandedIn:
    """One of a student's submissions, whatever became of it; `earned` is None without a verdict."""

    submission_id: str
    received_at: datetime
    is_late: bool
    state: State
    earned: Earned | None


def standings(session: Session, assignment: Assignment, counts: Counts) -> list[Standing]:
    """Return how far each student of the assignment's course is, in the order of their addresses."""
    handed_in = {row.user_id: row for row in session.execute(_handed_in(assignment.id))}
    counting = {
        row.user_id: Counting(
            row.id, row.received_at, is_late(row.received_at, assignment.due_at), _earned(row)
        )
        for row in session.execute(_counting(assignment, counts))
    }

    def standing(student: Row[Any]) -> Standing:
        newest = handed_in.get(student.id)
        return Standing(
            user_id=student.id,
            email=student.email,
            name=student.name,
            section=student.section,
            tries=newest.tries if newest else 0,
            newest=Newest(newest.id, newest.state) if newest else None,
            counting=counting.get(student.id),
        )

    return [standing(student) for student in session.execute(_students(assignment.course_id))]


def history(session: Session, user_id: int, assignment_id: str) -> list[HandedIn]:
    """Return what a student handed in for an assignment, newest first."""
    assignment = session.get_one(Assignment, assignment_id)
    rows = (
        select(Submission.id, Submission.received_at, Submission.state, *EARNED)
        .outerjoin(Report, report_that_counts())
        .where(Submission.user_id == user_id, Submission.assignment_id == assignment.id)
        .order_by(Submission.received_at.desc(), Submission.id.desc())
    )
    return [
        HandedIn(
            submission_id=row.id,
            received_at=row.received_at,
            is_late=is_late(row.received_at, assignment.due_at),
            state=row.state,
            earned=None if row.score is None else _earned(row),
        )
        for row in session.execute(rows)
    ]


def _students(course_id: str) -> Select[Any]:
    """Select the students of a course."""
    return (
        select(*STUDENT)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.course_id == course_id, Membership.role == Role.STUDENT)
        .order_by(User.email)
    )


def _handed_in(assignment_id: str) -> Select[Any]:
    """Select of each student the newest submission, and how many cost an attempt."""
    spent = case((Submission.state.in_(UNSPENT), 0), else_=1)
    placed = (
        select(
            Submission.user_id,
            Submission.id,
            Submission.state,
            func.sum(spent).over(partition_by=Submission.user_id).label("tries"),
            _place(*FIRST[Counts.LATEST]),
        )
        .where(Submission.assignment_id == assignment_id)
        .subquery()
    )
    return select(placed).where(placed.c.place == 1)


def _counting(assignment: Assignment, counts: Counts) -> Select[Any]:
    """Select of each student the submission that counts, with what it earned."""
    due_at = assignment.due_at
    late = () if due_at is None else (case((Submission.received_at >= closing(due_at), 1), else_=0),)
    ranked = (
        select(
            Submission.user_id,
            Submission.id,
            Submission.received_at,
            Report.attempt,
            _place(*late, *FIRST[counts]),
        )
        .join(Report, report_that_counts())
        .where(Submission.assignment_id == assignment.id)
        .subquery()
    )
    report = and_(Report.submission_id == ranked.c.id, Report.attempt == ranked.c.attempt)
    return (
        select(ranked.c.user_id, ranked.c.id, ranked.c.received_at, *EARNED)
        .join(Report, report)
        .where(ranked.c.place == 1)
    )


def _place(*order: Any) -> ColumnElement[int]:
    """Return the place of a submission among those of its student, from 1."""
    return func.row_number().over(partition_by=Submission.user_id, order_by=order).label("place")


def _earned(row: Row[Any]) -> Earned:
    bonus = None if None in row.points.values() else row.bonus
    return Earned(row.score, row.max_score, bonus, row.max_bonus, row.points)
