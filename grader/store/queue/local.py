"""The queue of one machine: the rows of the submissions are the queue, and workers claim them in order.

A claim writes the worker's name into the row, which stays `queued` until the work begins. A worker is dead if
its lock is free or its heartbeat stopped. Its submissions are queued again, and so are those that a living
worker holds by the rows only.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Self

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grader.store import Database
from grader.store.queue.heartbeat import heartbeat
from grader.store.queue.held import HeldSubmissions, give_back, take_from_dead
from grader.store.queue.measure import find_place, measure
from grader.store.queue.port import Stats, Work, WorkerInfo
from grader.store.queue.service_order import REGRADES, STUDENTS, is_waiting, next_in_line
from grader.store.queue.watch import Watch
from grader.store.queue.worker_lock import hold_worker_lock, is_alive
from grader.store.states import Priority
from grader.store.tables import SubmissionRow, WorkerProcessRow

POLL_SECONDS = 0.1


class LocalQueue:
    """Dispatches the rows of a database on one machine."""

    def __init__(self, database: Database, locks: Path) -> None:
        """Dispatch the rows of `database`; living workers hold locks in the folder `locks`."""
        self._database = database
        self._locks = locks
        self._watch = Watch()

    def enqueue(self, session: Session, submission_ids: list[str], priority: Priority) -> None:
        """Free the rows, so that any worker may claim them."""
        rows = update(SubmissionRow).where(SubmissionRow.id.in_(submission_ids))
        session.execute(rows.values(priority=priority, worker=None))

    def cancel(self, session: Session, submission_id: str) -> None:
        """Do nothing: workers claim queued rows only."""

    def position(self, session: Session, submission_id: str) -> int | None:
        """Return the submission's place; None if it does not wait."""
        return find_place(session, submission_id)

    def register(self, info: WorkerInfo) -> AbstractContextManager[None]:
        """Hold the worker's lock, and renew its row."""
        return self._register(info, HeldSubmissions())

    def run_worker(self, info: WorkerInfo, work: Work, stop: threading.Event) -> None:
        """Claim rows and work on them until `stop`."""
        held = HeldSubmissions()
        claim = partial(self._claim, info.name, held)
        with (
            self._register(info, held),
            _Slots(info.slots, work, held) as ordinary,
            _Slots(1, work, held) as bulk,
        ):
            while not stop.is_set():
                began = bulk.begin(lambda: claim(REGRADES))
                began = ordinary.begin(lambda: claim(STUDENTS, REGRADES)) or began
                if not began:
                    stop.wait(POLL_SECONDS)

    def reap(self) -> int:
        """Queue again the submissions of dead workers."""
        with self._database.write() as session:
            workers = {worker.id: worker for worker in session.scalars(select(WorkerProcessRow))}
            stopped = self._watch.dead({name: worker.beats for name, worker in workers.items()})
            living = {name for name in workers.keys() - stopped if is_alive(self._locks, name)}
            for name in workers.keys() - living:
                session.delete(workers[name])
            return take_from_dead(session, living, self.enqueue)

    def stats(self, session: Session) -> Stats:
        """Measure the queue."""
        return measure(session)

    @contextmanager
    def _register(self, info: WorkerInfo, held: HeldSubmissions) -> Iterator[None]:
        """Hold the worker's lock and renew its row; return the submissions that it does not hold."""
        with (
            hold_worker_lock(self._locks, info.name),
            heartbeat(self._database, info, lambda session: self._return_lost(session, info.name, held)),
        ):
            yield

    def _return_lost(self, session: Session, name: str, held: HeldSubmissions) -> int:
        return give_back(session, name, held, self.enqueue)

    def _claim(self, name: str, held: HeldSubmissions, *classes: Sequence[Priority]) -> str | None:
        """Claim the next submission and return its id, or None."""
        priorities = [priority for each in classes for priority in each]
        some = select(SubmissionRow.id).where(is_waiting(), SubmissionRow.priority.in_(priorities)).limit(1)
        with self._database.read() as session:  # most looks find nothing, and need no writer's lock for it
            if session.scalar(some) is None or next_in_line(session, *classes) is None:
                return None
        with self._database.write() as session:
            claimed = next_in_line(session, *classes)
            if claimed is not None:
                held.add(claimed)
                session.execute(update(SubmissionRow).where(SubmissionRow.id == claimed).values(worker=name))
            return claimed


class _Slots:
    """A thread for each slot."""

    def __init__(self, count: int, work: Work, held: HeldSubmissions) -> None:
        self._free = threading.Semaphore(count)
        self._threads = ThreadPoolExecutor(count)
        self._work = work
        self._held = held

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()

    def begin(self, claim: Callable[[], str | None]) -> bool:
        """Work on the submission of `claim` if a slot is free; return whether there was one."""
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
            with self._held.hold(submission_id):
                self._work(submission_id)
        finally:
            self._free.release()
