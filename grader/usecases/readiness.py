"""Readiness: the reasons why the service cannot accept or grade, each in a sentence.

An issue makes the service not ready if it lasts, by this host's own clock: a restart of a worker does not.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Select, false, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grader.store import Database
from grader.store.queue import Queue, Stats
from grader.store.states import Priority, State
from grader.store.tables import AssignmentRow, SubmissionRow, WorkerProcessRow

FREE_BYTES = 64 << 20
SHOWN = 10

READY, STUCK = "ready", "stuck"
GRACE_SECONDS = {
    "no worker": 10.0,  # seconds; one that is restarted is gone for less
    "no runner": 10.0,
    STUCK: 40.0,  # more than the reaper needs to queue the rows of a dead worker again
}


@dataclass(frozen=True)
class ReadinessIssue:
    """An issue: its status in a word or two, the submission it concerns, a sentence, whether it lasts."""

    status: str
    subject: str
    sentence: str
    lasts: bool = False


class Readiness:
    """Finds the issues of the service, and remembers how long each lasts. Any thread may call it."""

    def __init__(self, database: Database, queue: Queue) -> None:
        """Look at `database` and `queue`."""
        self._database = database
        self._queue = queue
        self._since: dict[tuple[str, str], float] = {}

    def look(self, stats: Stats) -> Sequence[ReadinessIssue]:
        """Return the issues; a stuck submission is one only after some time. Raises SQLAlchemyError."""
        found = [*self._find_database_issues(), *_find_worker_issues(stats), *self._find_queue_issues(stats)]
        moment, before = time.monotonic(), self._since
        self._since = since = {key: before.get(key, moment) for key in map(_key_of, found)}
        aged = [replace(each, lasts=_lasts(each, moment - since[_key_of(each)])) for each in found]
        return [each for each in aged if each.lasts or each.status != STUCK]

    def _find_database_issues(self) -> Iterator[ReadinessIssue]:
        try:
            with self._database.write() as session:
                session.execute(update(AssignmentRow).where(false()).values(title=""))
        except SQLAlchemyError as error:
            reason = error.__cause__ or error
            yield ReadinessIssue("not writable", "", f"The database cannot be written: {reason}.")
        if not self._database.is_postgresql:
            yield from _find_disk_issues(Path(str(self._database.engine.url.database)).parent)

    def _find_queue_issues(self, stats: Stats) -> Iterator[ReadinessIssue]:
        with self._database.read() as session:
            left = session.scalars(_select_orphans()).all()
            oldest = session.scalar(_select_oldest()) if stats.slots > _count_running(session) else None
        for each in left:
            sentence = f"Submission {each} was taken by a worker that no longer lives: start a worker."
            yield ReadinessIssue(STUCK, each, sentence)
        if oldest is not None:
            sentence = f"Submission {oldest} waits although a worker is idle: read its log, or restart it."
            yield ReadinessIssue(STUCK, oldest, sentence)


def _key_of(issue: ReadinessIssue) -> tuple[str, str]:
    return issue.status, issue.subject


def _lasts(issue: ReadinessIssue, seconds: float) -> bool:
    return seconds >= GRACE_SECONDS.get(issue.status, 0.0)


def _find_disk_issues(folder: Path) -> Iterator[ReadinessIssue]:
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        yield ReadinessIssue(
            "disk full", "", f"The disk of {folder} has {free >> 20} MiB left: free some space."
        )


def _find_worker_issues(stats: Stats) -> Iterator[ReadinessIssue]:
    if not stats.workers:
        yield ReadinessIssue("no worker", "", "No worker is alive: start one. Uploads are kept until then.")
    elif not stats.slots:
        yield ReadinessIssue("no runner", "", "No worker can grade. Uploads are kept until one can.")


def _select_orphans() -> Select[str]:
    """Select the submissions that are being graded by a worker without a row."""
    held = select(SubmissionRow.id).where(SubmissionRow.state == State.GRADING)
    left = held.where(func.coalesce(SubmissionRow.worker, "").not_in(select(WorkerProcessRow.id)))
    return left.order_by(SubmissionRow.id).limit(SHOWN)


def _select_oldest() -> Select[str]:
    """Select the student's submission that waits longest."""
    waiting = select(SubmissionRow.id).where(
        SubmissionRow.state == State.QUEUED, SubmissionRow.priority > Priority.BULK
    )
    return waiting.order_by(SubmissionRow.queued_at, SubmissionRow.id).limit(1)


def _count_running(session: Session) -> int:
    """Return how many students' submissions are being graded."""
    running = select(func.count()).select_from(SubmissionRow)
    return session.scalars(
        running.where(SubmissionRow.state == State.GRADING, SubmissionRow.priority > Priority.BULK)
    ).one()
