"""Readiness: what keeps the service from accepting and grading, each in a sentence.

A trouble makes the service not ready when it lasts, by this host's own clock: a restart of a worker does not.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Select, false, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grader.jobs import Queue, Stats
from grader.store import Database
from grader.store.states import Priority, State
from grader.store.tables import Assignment, Submission, Worker

MOMENT_SECONDS = 10.0  # a worker that is restarted is gone for less
STUCK_SECONDS = 40.0  # more than the reaper needs to queue the rows of a dead worker again
FREE_BYTES = 64 << 20

READY = "ready"


@dataclass(frozen=True)
class Trouble:
    """A trouble: its status in a word or two, what it is about, a sentence, and how long it may last."""

    status: str
    subject: str
    sentence: str
    patience: float = MOMENT_SECONDS


class Readiness:
    """Looks for troubles, and remembers since when each is there. Any thread may look."""

    def __init__(self, database: Database, queue: Queue) -> None:
        """Look at `database` and `queue`."""
        self._database = database
        self._queue = queue
        self._since: dict[tuple[str, str], float] = {}

    def look(self, stats: Stats) -> tuple[Sequence[Trouble], Sequence[Trouble]]:
        """Return all troubles, and those of them that have lasted too long. Raises SQLAlchemyError."""
        found = [*self._database_troubles(), *_worker_troubles(stats), *self._queue_troubles(stats)]
        moment, before = time.monotonic(), self._since
        since = {(each.status, each.subject): moment for each in found}
        self._since = {key: before.get(key, first) for key, first in since.items()}
        kept = self._since
        lasting = [each for each in found if moment - kept[each.status, each.subject] >= each.patience]
        return found, lasting

    def _database_troubles(self) -> Iterator[Trouble]:
        nothing = update(Assignment).where(false()).values(title="")
        try:
            with self._database.write() as session:
                session.execute(nothing)
        except SQLAlchemyError as error:
            yield Trouble(
                "not writable", "", f"The database cannot be written: {error.__cause__ or error}.", 0
            )
        if self._database.is_postgresql:
            return
        folder = Path(str(self._database.engine.url.database)).parent
        free = shutil.disk_usage(folder).free
        if free < FREE_BYTES:
            yield Trouble(
                "disk full", "", f"The disk of {folder} has {free >> 20} MiB left: free some space.", 0
            )

    def _queue_troubles(self, stats: Stats) -> Iterator[Trouble]:
        with self._database.read() as session:
            for left in session.scalars(_without_worker()):
                yield Trouble(
                    "stuck",
                    left,
                    f"Submission {left} is being graded by no living worker, and no worker takes it back.",
                    STUCK_SECONDS,
                )
            oldest = _oldest(session) if stats.slots > _running(session) else None
        if oldest is not None:
            yield Trouble(
                "stuck",
                oldest,
                f"Submission {oldest} waits although workers are idle: look at their logs, or restart them.",
                STUCK_SECONDS,
            )


def _worker_troubles(stats: Stats) -> Iterator[Trouble]:
    if not stats.workers:
        yield Trouble("no worker", "", "No worker lives: start one. Uploads are kept until then.")
    elif not stats.slots:
        yield Trouble("no runner", "", "No worker can grade. Uploads are kept until one can.")


def _without_worker() -> Select[str]:
    living = select(Worker.id)
    held = select(Submission.id).where(Submission.state == State.GRADING)
    return held.where(func.coalesce(Submission.worker, "").not_in(living)).order_by(Submission.id).limit(10)


def _oldest(session: Session) -> str | None:
    """Return the student's submission that waits longest."""
    waiting = select(Submission.id).where(
        Submission.state == State.QUEUED, Submission.priority > Priority.BULK
    )
    return session.scalar(waiting.order_by(Submission.queued_at, Submission.id).limit(1))


def _running(session: Session) -> int:
    """Return how many students' submissions are being graded."""
    running = select(func.count()).where(
        Submission.state == State.GRADING, Submission.priority > Priority.BULK
    )
    return session.scalars(running).one()
