"""The queue of one machine: the rows of the submissions are the queue, and workers claim them in order.

A claim writes the worker's name into the row, which stays `queued` until the work begins. A worker whose lock
is free or whose heartbeat stopped is dead, and what it claimed or began is queued again.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grader.jobs.alive import is_alive, proof_of_life
from grader.jobs.heartbeat import heartbeat
from grader.jobs.measure import measure, place
from grader.jobs.queue import DEAD_AFTER_SECONDS, Station, Stats, Work
from grader.store import Database
from grader.store.attempts import release
from grader.store.database import now
from grader.store.states import WAITING, Priority, State
from grader.store.tables import Submission, Worker

POLL_SECONDS = 0.1


class LocalQueue:
    """Dispatches the rows of a database that only this machine uses."""

    def __init__(self, database: Database, locks: Path) -> None:
        """Dispatch the rows of `database`; living workers hold locks in the folder `locks`."""
        self._database = database
        self._locks = locks

    def enqueue(self, session: Session, submission_ids: list[str], priority: Priority) -> None:
        """Free the rows for whoever claims them first."""
        rows = update(Submission).where(Submission.id.in_(submission_ids))
        session.execute(rows.values(priority=priority, worker=None))

    def cancel(self, session: Session, submission_id: str) -> None:
        """Do nothing: a row that is not queued is not claimed."""

    def position(self, session: Session, submission_id: str) -> int | None:
        """Return the submission's place; None if it does not wait."""
        return place(session, submission_id)

    @contextmanager
    def presence(self, station: Station) -> Iterator[None]:
        """Hold the worker's lock, and show its row."""
        with proof_of_life(self._locks, station.name), heartbeat(self._database, station):
            yield

    def run_worker(self, station: Station, work: Work, stop: threading.Event) -> None:
        """Claim rows and work on them until `stop`."""
        with (
            self.presence(station),
            _Slots(station.slots, work) as ordinary,
            _Slots(1, work) as bulk,
        ):
            while not stop.is_set():
                began = ordinary.begin(lambda: self._claim(station.name, bulk_only=False))
                began = bulk.begin(lambda: self._claim(station.name, bulk_only=True)) or began
                if not began:
                    stop.wait(POLL_SECONDS)

    def reap(self) -> int:
        """Queue again what dead workers claimed or began."""
        with self._database.write() as session:
            dead = [row for row in self._held(session) if not self._lives(session, str(row.worker))]
            for row in dead:
                row.worker = None
                release(session, row.id)
            for worker in session.scalars(select(Worker)):
                if not self._lives(session, worker.id):
                    session.delete(worker)
            return len(dead)

    def stats(self, session: Session) -> Stats:
        """Measure the queue."""
        return measure(session)

    def _claim(self, name: str, *, bulk_only: bool) -> str | None:
        """Claim the submission that is next and return its id, or None."""
        free = select(Submission.id).where(Submission.state == State.QUEUED, Submission.worker.is_(None))
        if bulk_only:
            free = free.where(Submission.priority == Priority.BULK)
        order = (Submission.priority.desc(), Submission.queued_at, Submission.id)
        following = free.order_by(*order).limit(1)
        with self._database.read() as session:  # most looks find nothing, and need no writer's lock for it
            if session.scalar(following) is None:
                return None
        with self._database.write() as session:
            claimed = session.scalar(following)
            session.execute(update(Submission).where(Submission.id == claimed).values(worker=name))
            return claimed

    def _held(self, session: Session) -> list[Submission]:
        """Return the rows that are claimed or begun; one that is begun by nobody comes from a backup."""
        held = select(Submission).where(Submission.state.in_(WAITING))
        return [row for row in session.scalars(held) if row.worker or row.state is State.GRADING]

    def _lives(self, session: Session, name: str) -> bool:
        worker = session.get(Worker, name)
        fresh = now(session) - timedelta(seconds=DEAD_AFTER_SECONDS)
        return worker is not None and worker.heartbeat_at > fresh and is_alive(self._locks, name)


class _Slots:
    """Threads that work, never more at a time than there are slots."""

    def __init__(self, count: int, work: Work) -> None:
        self._free = threading.Semaphore(count)
        self._threads = ThreadPoolExecutor(count)
        self._work = work

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()

    def begin(self, claim: Callable[[], str | None]) -> bool:
        """Work on what `claim` returns if a slot is free; tell whether there was something."""
        if not self._free.acquire(blocking=False):
            return False
        submission_id = claim()
        if submission_id is None:
            self._free.release()
            return False
        self._threads.submit(self._run, submission_id)
        return True

    def _run(self, submission_id: str) -> None:
        try:
            self._work(submission_id)
        finally:
            self._free.release()
