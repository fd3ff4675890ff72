"""Metrics: the numbers of all workers together, from the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.store.queue import Stats
from grader.store.size import last_backup, room_for, size_of
from grader.store.states import State
from grader.store.tables import ReportRow, SubmissionRow
from grader.usecases.context import Context

GRADE_SECONDS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # training is allowed minutes


@dataclass(frozen=True)
class GradeTimes:
    """How long verdicts took: `within` has the number of those within each of GRADE_SECONDS."""

    count: int
    seconds: float
    within: Sequence[int]


@dataclass(frozen=True)
class Measurements:
    """The service at a moment; `disk_free` is None if the database is on another host."""

    queue: Stats
    states: Mapping[State, int]
    attempts: int
    grade_times: GradeTimes
    database_bytes: int
    disk_free: int | None
    last_backup: datetime | None


def measure_service(context: Context) -> Measurements:
    """Return the numbers of the service now."""
    database = context.database
    with database.read() as session:
        states = session.execute(select(SubmissionRow.state, func.count()).group_by(SubmissionRow.state))
        return Measurements(
            queue=context.queue.stats(session),
            states=dict(iter(states)),
            attempts=session.scalar(select(func.coalesce(func.sum(SubmissionRow.attempt), 0))) or 0,
            grade_times=_grade_times(session),
            database_bytes=size_of(database, session),
            disk_free=room_for(database),
            last_backup=last_backup(session),
        )


def _grade_times(session: Session) -> GradeTimes:
    """Return how long verdicts took, counted in one pass over an index."""
    within = [func.count().filter(ReportRow.seconds <= bound) for bound in GRADE_SECONDS]
    counted = select(func.count(), func.coalesce(func.sum(ReportRow.seconds), 0.0), *within).select_from(
        ReportRow
    )
    count, seconds, *counts = session.execute(counted).one()
    return GradeTimes(count, float(seconds), counts)
