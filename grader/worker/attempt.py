"""Attempts: take a submission, grade it, and publish the verdict or the failure."""

import dataclasses
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from grader.core.report import GradedReport, Status
from grader.core.rubric import Rubric
from grader.core.scoring import Outcome
from grader.core.text import clean_line
from grader.intake import read_archive
from grader.pipeline import Grader
from grader.sandbox.runner import SandboxError
from grader.seed import derive_seed
from grader.store import Database
from grader.store.attempts import GradingJob, OtherSuite, fail, hand_back, publish, take
from grader.store.events import add_event_if_current
from grader.store.queue import Queue
from grader.store.states import Priority, State
from grader.store.tables import SubmissionRow
from grader.store.verdict import verdict_of
from grader.worker.eligibility import OUT_OF_ORDER, Eligibility
from grader.worker.follower import Follower

REASON_CHARACTERS = 2_000
KEEP_SECONDS = 120  # how long a verdict waits for a database that is gone
RETRY_SECONDS = 1
LEAVING_SECONDS = 1  # time for the queue to stop this worker's claims
SANDBOX_FAILURES = 10  # of one submission, before they count as a failed attempt

log = structlog.get_logger()
T = TypeVar("T")


class Fenced(Exception):  # noqa: N818 - an outcome, not an error
    """The attempt was superseded: the worker was declared dead, and another attempt began."""


class Attempts:
    """Works on submissions; any thread may call it.

    Attributes: `leave` (set when the worker should claim no more: a sandbox failed, or it stops).
    """

    def __init__(  # noqa: PLR0913, PLR0917 - its parts
        self,
        database: Database,
        queue: Queue,
        grader: Grader,
        admission: Eligibility,
        rubric: Rubric,
        secret: bytes,
        worker: str,
    ) -> None:
        """Work in the name of `worker`, while `admission` allows it."""
        self.leave = threading.Event()
        self._database = database
        self._queue = queue
        self._grader = grader
        self._admission = admission
        self._rubric = rubric
        self._secret = secret
        self._worker = worker
        self._running: dict[str, GradingJob] = {}
        self._sandbox_failures: Counter[str] = Counter()
        self._stopping = threading.Event()

    def work(self, submission_id: str) -> None:
        """Make one attempt at a submission. Never raises."""
        with structlog.contextvars.bound_contextvars(submission=submission_id):
            try:
                job = self._take(submission_id)
                if job:
                    self._attempt(job)
            except SQLAlchemyError:
                log.exception("the database failed; the next heartbeat brings the submission back")
            except OUT_OF_ORDER as error:
                log.warning("this worker cannot grade", error=str(error))
                self._decline(submission_id)

    @property
    def is_busy(self) -> bool:
        """Whether an attempt is running."""
        return bool(self._running)

    def hand_back_all(self) -> None:
        """Return all running attempts unused, because this worker must stop."""
        self._stopping.set()
        for job in list(self._running.values()):
            self._return_unused(job)
            log.info("handed back", submission=job.submission_id, attempt=job.attempt)

    def _take(self, submission_id: str) -> GradingJob | None:
        """Begin an attempt; None if there is nothing to do. Raises OUT_OF_ORDER errors."""
        own = self._grader.fingerprint()
        with self._database.write() as session:
            refusal = self._admission.refusal(session, own)
            job = None if refusal else take(session, submission_id, self._worker)
        if refusal:
            log.warning("refused", reason=refusal)
            self._decline(submission_id)
        return job

    def _decline(self, submission_id: str) -> None:
        """Return a submission untouched, and claim no more for now."""
        self.leave.set()
        self._stopping.wait(LEAVING_SECONDS)
        with self._database.write() as session:
            submission = session.get_one(SubmissionRow, submission_id, with_for_update=True)
            if submission.state is State.QUEUED and submission.worker == self._worker:
                self._queue.enqueue(session, [submission_id], Priority(submission.priority))

    def _attempt(self, job: GradingJob) -> None:
        self._running[job.submission_id] = job
        log.info("taken", attempt=job.attempt)
        try:
            self._publish(job, self._grade(job))
        except Fenced:
            log.warning("the attempt was superseded; its result is dropped", attempt=job.attempt)
        except OtherSuite:
            log.warning("the suite is not the assignment's; its verdict is dropped", attempt=job.attempt)
            self.leave.set()
            self._stopping.wait(LEAVING_SECONDS)
            self._return_unused(job)
        except SandboxError as error:
            self._without_sandbox(job, error)
        except SQLAlchemyError:
            raise
        except Exception as error:
            log.exception("the attempt failed", attempt=job.attempt)
            self._fail(job, f"{type(error).__name__}: {error}")
        finally:
            self._running.pop(job.submission_id, None)

    def _grade(self, job: GradingJob) -> GradedReport:
        submission = read_archive(job.content)
        follower = Follower(self._rubric, lambda kind, data: self._send_progress(job, kind, data))
        report = self._grader.grade(submission, derive_seed(self._secret, job.sha256), follower.listen)
        follower.flush()
        return dataclasses.replace(report, received_at=job.received_at.isoformat(timespec="seconds"))

    def _publish(self, job: GradingJob, report: GradedReport) -> None:
        if report.status is Status.GRADER_ERROR:
            self._fail(job, "; ".join([*_list_unjudged(report), *report.notes]))
            return
        verdict = verdict_of(report)

        def keep() -> bool:
            with self._database.write() as session:
                return publish(session, job, verdict)

        if not _retry(keep):
            raise Fenced
        self._sandbox_failures.pop(job.submission_id, None)
        seconds = round(verdict.seconds, 2)
        log.info("published", attempt=job.attempt, status=verdict.status, seconds=seconds)

    def _fail(self, job: GradingJob, reason: str) -> None:
        def note() -> State | None:
            with self._database.write() as session:
                state = fail(session, job, clean_line(reason, REASON_CHARACTERS))
                if state is State.QUEUED:
                    self._queue.enqueue(session, [job.submission_id], Priority(job.priority))
                return state

        log.warning("failed", attempt=job.attempt, state=_retry(note))

    def _without_sandbox(self, job: GradingJob, error: SandboxError) -> None:
        """Use no attempt for a failed sandbox, unless it keeps failing for this submission."""
        log.warning("the sandbox failed", attempt=job.attempt, error=str(error))
        self.leave.set()
        self._sandbox_failures[job.submission_id] += 1
        if self._sandbox_failures[job.submission_id] >= SANDBOX_FAILURES:
            self._fail(job, f"no sandbox: {error}")
        else:
            self._stopping.wait(LEAVING_SECONDS)
            self._return_unused(job)

    def _return_unused(self, job: GradingJob) -> None:
        with self._database.write() as session:
            if hand_back(session, job):
                self._queue.enqueue(session, [job.submission_id], Priority(job.priority))

    def _send_progress(self, job: GradingJob, kind: str, data: dict[str, Any]) -> None:
        """Send progress to clients; grading goes on if that fails. Raises Fenced."""
        try:
            with self._database.write() as session:
                current = add_event_if_current(session, job.submission_id, job.attempt, kind, data)
        except SQLAlchemyError as error:
            log.warning("progress was not stored", error=str(error.__cause__ or error))
            return
        if not current:
            raise Fenced


def _list_unjudged(report: GradedReport) -> list[str]:
    """Return the problems that were not judged, each with the first reason."""
    lines = []
    for scored in report.score.unjudged:
        why = next(each.message for each in scored.results if each.outcome is Outcome.NOT_JUDGED)
        lines.append(f"{scored.problem.title} was not judged: {why}")
    return lines


def _retry(keep: Callable[[], T]) -> T:
    """Return the result of `keep`; retry while the database is gone. Raises OperationalError."""
    end = time.monotonic() + KEEP_SECONDS
    while True:
        try:
            return keep()
        except OperationalError:
            if time.monotonic() >= end:
                raise
            time.sleep(RETRY_SECONDS)
