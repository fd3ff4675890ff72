"""The queue of many machines: Procrastinate brings jobs to workers, in the same PostgreSQL as the rows.

Every job is written in the transaction that queues its row, and the row notes the job as its ticket: a job
whose ticket is not the row's is stale and dropped. Procrastinate neither brings back what dead workers left
nor counts how often that happened; `reap` does the first, the row's attempts the second.
"""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from procrastinate import App, JobContext, PsycopgConnector, SyncPsycopgConnector
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, delete, text, update
from sqlalchemy.orm import Session

from grader.jobs.heartbeat import heartbeat
from grader.jobs.measure import measure, place
from grader.jobs.queue import DEAD_AFTER_SECONDS, HEARTBEAT_SECONDS, Station, Stats, Work
from grader.store import Database
from grader.store.attempts import release
from grader.store.database import now
from grader.store.states import Priority
from grader.store.tables import Submission, Worker

if TYPE_CHECKING:
    from procrastinate.types import JSONValue

TASK = "grade"
STUDENTS, REGRADES = "submissions", "regrades"
SCHEMA_LOCK, REAPER_LOCK = 7_220_002, 7_220_003
STOP_POLL_SECONDS = 0.1
STALLED = text(
    """
    SELECT job.id, job.args->>'submission' AS submission FROM procrastinate_jobs job
    LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
    AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :dead_after))
    """
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


class PostgresqlQueue:
    """Dispatches the rows of a PostgreSQL database to workers on any host."""

    def __init__(self, database: Database) -> None:
        """Dispatch the rows of `database`. Procrastinate's tables are made if they are missing."""
        self._database = database
        self._app = App(connector=SyncPsycopgConnector())  # never opened: it writes on callers' connections
        with database.engine.begin() as connection:
            _make_tables(connection)

    def enqueue(self, session: Session, submission_ids: list[str], priority: Priority) -> None:
        """Write a job for each row and note it as the row's ticket."""
        connection = session.connection().connection.driver_connection
        queue = REGRADES if priority is Priority.BULK else STUDENTS
        job = self._app.configure_task(TASK, connection=connection, queue=queue, priority=int(priority))
        arguments: list[dict[str, JSONValue]] = [{"submission": each} for each in submission_ids]
        tickets = job.batch_defer(*arguments)
        rows = [
            {"id": submission_id, "priority": priority, "ticket": ticket}
            for submission_id, ticket in zip(submission_ids, tickets, strict=True)
        ]
        session.execute(update(Submission), rows)

    def cancel(self, session: Session, submission_id: str) -> None:
        """Take the row's job out of the queue if no worker has it yet."""
        submission = session.get_one(Submission, submission_id)
        if submission.ticket is not None:
            session.execute(CANCEL, {"job": submission.ticket})

    def position(self, session: Session, submission_id: str) -> int | None:
        """Return the submission's place; None if it does not wait."""
        return place(session, submission_id)

    def presence(self, station: Station) -> AbstractContextManager[None]:
        """Show the worker's row."""
        return heartbeat(self._database, station)

    def run_worker(self, station: Station, work: Work, stop: threading.Event) -> None:
        """Let Procrastinate bring jobs until `stop`."""
        with self.presence(station):
            asyncio.run(self._run(station, work, stop))

    def reap(self) -> int:
        """Queue again what stalled workers hold, and rows that no job would bring; one host at a time."""
        with self._database.write() as session:
            alone = session.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": REAPER_LOCK})
            if not alone.scalar_one():
                return 0
            fresh = now(session) - timedelta(seconds=DEAD_AFTER_SECONDS)
            session.execute(delete(Worker).where(Worker.heartbeat_at < fresh))
            return self._retry_stalled(session) + self._bring_back(session)

    def stats(self, session: Session) -> Stats:
        """Measure the queue."""
        return measure(session)

    def _retry_stalled(self, session: Session) -> int:
        stalled = session.execute(STALLED, {"dead_after": DEAD_AFTER_SECONDS}).all()
        for job, submission_id in stalled:
            session.execute(RETRY, {"job": job})
            if self._is_current(session, job, submission_id):
                release(session, submission_id)
        return len(stalled)

    def _bring_back(self, session: Session) -> int:
        """Enqueue rows that wait without a living job, as they do after a restore."""
        lost = session.execute(WITHOUT_JOB).all()
        for submission_id, priority in lost:
            release(session, submission_id)
            self.enqueue(session, [submission_id], Priority(priority))
        return len(lost)

    def _is_current(self, session: Session, job: int | None, submission_id: str) -> bool:
        submission = session.get(Submission, submission_id, populate_existing=True)
        return submission is not None and submission.ticket == job

    async def _run(self, station: Station, work: Work, stop: threading.Event) -> None:
        threads = ThreadPoolExecutor(station.slots + 1)

        def work_if_current(job: int | None, submission_id: str) -> None:
            with self._database.read() as session:
                current = self._is_current(session, job, submission_id)
            if current:
                work(submission_id)

        async def grade(context: JobContext, submission: str) -> None:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(threads, work_if_current, context.job.id, submission)

        app = App(connector=PsycopgConnector(conninfo=_conninfo(self._database), max_size=station.slots + 6))
        app.task(name=TASK, pass_context=True)(grade)
        async with app.open_async():
            await _until_stopped(
                [
                    _worker(app, station.name, [STUDENTS, REGRADES], station.slots),
                    _worker(app, station.name, [REGRADES], 1),
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
        stalled_worker_timeout=DEAD_AFTER_SECONDS,
    )


async def _until_stopped(workers: Sequence[Coroutine[Any, Any, None]], stop: threading.Event) -> None:
    """Run `workers` until `stop`, or until one of them ends by itself; raise what it raised."""
    tasks = [asyncio.ensure_future(worker) for worker in workers]
    while not (stop.is_set() or any(task.done() for task in tasks)):  # noqa: ASYNC110 - `stop` is of threads
        await asyncio.sleep(STOP_POLL_SECONDS)
    for task in tasks:
        task.cancel()  # which Procrastinate takes as the wish to stop after the jobs that run
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


def _conninfo(database: Database) -> str:
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _make_tables(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
    if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
        connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
