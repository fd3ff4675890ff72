"""The queue of many machines: Procrastinate delivers jobs to workers, in the same PostgreSQL as the rows.

Every job is written in the transaction that queues its row, and the row keeps the job's id as its ticket. A
job that is no row's ticket is stale and dropped. A job allows a worker to serve one row of its class: the
worker claims the next row in order, and the two rows exchange their tickets. A job whose class has no row to
serve now goes back and comes again soon. Procrastinate neither requeues the rows of dead workers nor counts
attempts: `reap` does the first, the row the second.
"""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from procrastinate import (
    App,
    BaseRetryStrategy,
    JobContext,
    PsycopgConnector,
    RetryDecision,
    SyncPsycopgConnector,
)
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.orm import Session

from grader.store import Database
from grader.store.attempts import release
from grader.store.queue.heartbeat import heartbeat
from grader.store.queue.held import HeldSubmissions, give_back, take_from_dead
from grader.store.queue.measure import find_place, measure
from grader.store.queue.port import HEARTBEAT_SECONDS, Stats, Work, WorkerInfo
from grader.store.queue.service_order import REGRADES, STUDENTS, is_waiting, next_in_line
from grader.store.queue.watch import Watch
from grader.store.states import Priority
from grader.store.tables import SubmissionRow, WorkerProcessRow

if TYPE_CHECKING:
    from datetime import datetime

    from procrastinate.jobs import Job
    from procrastinate.types import JSONValue

TASK = "grade"
SUBMISSIONS_QUEUE, REGRADES_QUEUE = "submissions", "regrades"
SCHEMA_LOCK, REAPER_LOCK, CLAIM_LOCK = 7_220_002, 7_220_003, 7_220_004
STOP_POLL_SECONDS = 0.1
COME_AGAIN_SECONDS = 1  # as often as Procrastinate looks for jobs
STALLED = text(
    """
    SELECT job.id FROM procrastinate_jobs job
    LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
    AND worker.id IS NULL
    """
)
BEATS = text("SELECT id, last_heartbeat FROM procrastinate_workers")
FORGET = text("DELETE FROM procrastinate_workers WHERE id = :id AND last_heartbeat = :beat")
NEVER = 10**9  # seconds: by Procrastinate's own rule a clock that jumps would make a living worker dead
ARGUMENTS = text(
    "UPDATE procrastinate_jobs SET args = jsonb_build_object('submission', CAST(:id AS text)) WHERE id = :job"
)
RETRY = text("SELECT procrastinate_retry_job_v2(:job, NULL, NULL, NULL, NULL)")
CANCEL = text("SELECT procrastinate_cancel_job_v1(:job, false, true)")
WITHOUT_JOB = text(
    """
    SELECT submission.id, submission.priority FROM submissions submission
    LEFT JOIN procrastinate_jobs job ON job.id = submission.ticket AND job.status IN ('todo', 'doing')
    AND job.args->>'submission' = submission.id
    WHERE submission.state IN ('queued', 'grading') AND job.id IS NULL
    FOR UPDATE OF submission SKIP LOCKED
    """
)


class SlotKeptFreeError(Exception):
    """The submissions that wait must leave this slot to other students."""


class _ComeAgain(BaseRetryStrategy):
    """Puts a job back when its slot is kept free."""

    def get_retry_decision(self, *, exception: BaseException, job: "Job") -> RetryDecision | None:  # noqa: ARG002
        """Return when the job comes again; None for every other exception."""
        if isinstance(exception, SlotKeptFreeError):
            return RetryDecision(retry_in={"seconds": COME_AGAIN_SECONDS})
        return None


class PostgresqlQueue:
    """Dispatches the rows of a PostgreSQL database to workers on any host."""

    def __init__(self, database: Database) -> None:
        """Dispatch the rows of `database`. Procrastinate's tables are created if they are missing."""
        self._database = database
        self._watch, self._watch_of_fetching = Watch(), Watch()
        self._app = App(connector=SyncPsycopgConnector())  # never opened: it writes on callers' connections
        with database.engine.begin() as connection:
            _make_tables(connection)

    def enqueue(self, session: Session, submission_ids: list[str], priority: Priority) -> None:
        """Write a job for each row and keep its id as the row's ticket."""
        connection = session.connection().connection.driver_connection
        queue = REGRADES_QUEUE if priority is Priority.BULK else SUBMISSIONS_QUEUE
        job = self._app.configure_task(TASK, connection=connection, queue=queue, priority=int(priority))
        arguments: list[dict[str, JSONValue]] = [{"submission": each} for each in submission_ids]
        tickets = job.batch_defer(*arguments)
        rows = [
            {"id": submission_id, "priority": priority, "ticket": ticket}
            for submission_id, ticket in zip(submission_ids, tickets, strict=True)
        ]
        session.execute(update(SubmissionRow), rows)

    def cancel(self, session: Session, submission_id: str) -> None:
        """Cancel the row's job if no worker has it yet."""
        submission = session.get_one(SubmissionRow, submission_id)
        if submission.ticket is not None:
            session.execute(CANCEL, {"job": submission.ticket})

    def position(self, session: Session, submission_id: str) -> int | None:
        """Return the submission's place; None if it does not wait."""
        return find_place(session, submission_id)

    def register(self, info: WorkerInfo) -> AbstractContextManager[None]:
        """Renew the worker's row."""
        return self._register(info, HeldSubmissions())

    def run_worker(self, info: WorkerInfo, work: Work, stop: threading.Event) -> None:
        """Run Procrastinate's workers until `stop`."""
        held = HeldSubmissions()
        with self._register(info, held):
            asyncio.run(self._run(info, work, stop, held))

    def reap(self) -> int:
        """Queue again the submissions of stalled workers, and rows without a job; one host at a time."""
        with self._database.write() as session:
            alone = session.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": REAPER_LOCK})
            if not alone.scalar_one():
                return 0
            living = self._living(session)
            taken = take_from_dead(session, living, self.enqueue)
            self._retry_stalled(session)
            return taken + self._bring_back(session)

    def stats(self, session: Session) -> Stats:
        """Measure the queue."""
        return measure(session)

    def _register(self, info: WorkerInfo, held: HeldSubmissions) -> AbstractContextManager[None]:
        """Renew the worker's row; return the submissions that it does not hold."""

        def return_lost(session: Session) -> int:
            return give_back(session, info.name, held, self.enqueue)

        return heartbeat(self._database, info, return_lost)

    def _living(self, session: Session) -> set[str]:
        """Return the living workers, and delete the rows of dead ones."""
        beats = {worker.id: worker.beats for worker in session.scalars(select(WorkerProcessRow))}
        dead = self._watch.dead(beats)
        for name in dead:
            session.execute(
                delete(WorkerProcessRow).where(
                    WorkerProcessRow.id == name, WorkerProcessRow.beats == beats[name]
                )
            )
        fetching: dict[int, datetime] = {row.id: row.last_heartbeat for row in session.execute(BEATS)}
        for number in self._watch_of_fetching.dead(fetching):
            session.execute(FORGET, {"id": number, "beat": fetching[number]})
        return beats.keys() - dead

    def _retry_stalled(self, session: Session) -> None:
        """Retry the jobs of Procrastinate's dead workers."""
        for job in session.scalars(STALLED).all():
            session.execute(RETRY, {"job": job})

    def _bring_back(self, session: Session) -> int:
        """Enqueue rows that wait without a living job, as they do after a restore."""
        lost = session.execute(WITHOUT_JOB).all()
        for submission_id, priority in lost:
            release(session, submission_id)
            self.enqueue(session, [submission_id], Priority(priority))
        return len(lost)

    def _claim(self, worker: str, held: HeldSubmissions, job: int | None) -> str | None:
        """Claim a submission for a job and return its id; None if the job is stale.

        Raises SlotKeptFreeError.
        """
        with self._database.write() as session:
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLAIM_LOCK})
            own = session.scalar(select(SubmissionRow).where(SubmissionRow.ticket == job, is_waiting()))
            if own is None:
                return None
            chosen = next_in_line(session, STUDENTS if own.priority > Priority.BULK else REGRADES)
            if chosen is None:
                raise SlotKeptFreeError
            row = session.get_one(SubmissionRow, chosen, with_for_update=True)
            _exchange_tickets(session, own, row)
            held.add(row.id)
            row.worker = worker
            return row.id

    async def _run(self, info: WorkerInfo, work: Work, stop: threading.Event, held: HeldSubmissions) -> None:
        threads = ThreadPoolExecutor(info.slots + 1)

        def work_on_next(job: int | None) -> None:
            claimed = self._claim(info.name, held, job)
            if claimed is not None:
                with held.hold(claimed):
                    work(claimed)

        async def grade(context: JobContext, submission: str) -> None:  # noqa: ARG001 - the ticket says which
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(threads, work_on_next, context.job.id)

        app = App(connector=PsycopgConnector(conninfo=_conninfo(self._database), max_size=info.slots + 6))
        app.task(name=TASK, pass_context=True, retry=_ComeAgain())(grade)
        async with app.open_async():
            await _run_until(
                [
                    _worker(app, info.name, [SUBMISSIONS_QUEUE, REGRADES_QUEUE], info.slots),
                    _worker(app, info.name, [REGRADES_QUEUE], 1),
                ],
                stop,
            )


async def _worker(app: App, name: str, queues: list[str], slots: int) -> None:
    await app.run_worker_async(
        name=name,
        queues=queues,
        concurrency=slots,
        delete_jobs="successful",  # the row and its reports are the history
        install_signal_handlers=False,
        fetch_job_polling_interval=1.0,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=NEVER,
    )


async def _run_until(workers: Sequence[Coroutine[Any, Any, None]], stop: threading.Event) -> None:
    """Run `workers` until `stop`, or until one of them ends by itself; raise its error."""
    tasks = [asyncio.ensure_future(worker) for worker in workers]
    while not (stop.is_set() or any(task.done() for task in tasks)):  # noqa: ASYNC110 - `stop` is of threads
        await asyncio.sleep(STOP_POLL_SECONDS)
    for task in tasks:
        task.cancel()  # which Procrastinate takes as the wish to stop after the jobs that run
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


def _exchange_tickets(session: Session, one: SubmissionRow, other: SubmissionRow) -> None:
    """Exchange the jobs of two submissions."""
    if one.id == other.id:
        return
    one.ticket, other.ticket = other.ticket, one.ticket
    for row in (one, other):
        session.execute(ARGUMENTS, {"id": row.id, "job": row.ticket})


def _conninfo(database: Database) -> str:
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _make_tables(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
    if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
        connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
