"""Attempts at grading a submission: taking it, publishing, failing, handing it back, grading it again.

Every change after `take` names its attempt and does nothing when the row has moved on: a worker that was
declared dead and wakes up late cannot change what another has begun.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.progress import tell_state
from grader.store.standard import basis_of
from grader.store.states import WAITING, Priority, State
from grader.store.submissions import MAX_ATTEMPTS, Basis, end
from grader.store.tables import Archive, Assignment, Loss, Report, Submission
from grader.store.verdict import Verdict

STRUCK_OUT = "grading it failed {attempts} times on our side; staff can see it, and no attempt is spent"


UNANNOUNCED = Basis("", "")


class ArchiveGone(Exception):  # noqa: N818 - says what is the case
    """The bytes of a submission were pruned: it cannot be graded again."""


class OtherSuite(Exception):  # noqa: N818 - says what is the case
    """The verdict comes from a suite or rubric that is not the assignment's."""


@dataclass(frozen=True)
class Job:
    """An attempt of this worker: the submission, the attempt's number and the bytes to grade."""

    submission_id: str
    attempt: int
    priority: int
    sha256: str
    content: bytes
    received_at: datetime


def take(session: Session, submission_id: str, worker: str) -> Job | None:
    """Begin an attempt, or return None: the submission is done, or all attempts are used up.

    In the latter case it ends as `grader_error`.
    """
    waits = (Submission.id == submission_id, Submission.state.in_(WAITING))
    taken = (
        update(Submission)
        .where(*waits, Submission.attempt < Submission.attempt_limit)
        .values(attempt=Submission.attempt + 1, state=State.GRADING, worker=worker, taken_at=now(session))
        .returning(Submission)
    )
    submission = session.scalar(taken)
    if submission is None:
        _strike_out(session, session.scalar(select(Submission).where(*waits).with_for_update()))
        return None
    tell_state(session, submission)
    content = session.scalars(
        select(Archive.content).where(Archive.sha256 == submission.archive_sha256)
    ).one()
    return Job(
        submission.id,
        submission.attempt,
        submission.priority,
        submission.archive_sha256,
        content,
        submission.received_at,
    )


def publish(session: Session, job: Job, verdict: Verdict) -> bool:
    """Keep the verdict of an attempt; tell whether the attempt still counted.

    Raises OtherSuite for a verdict from another suite or rubric than the assignment's, and ValueError
    for one that lacks the points of a problem: neither may be kept.
    """
    if None in verdict.points.values():
        raise ValueError("a verdict with a problem that was not judged is not final")
    submission = _current(session, job)
    if submission is None:
        return False
    wanted = basis_of(session.get_one(Assignment, submission.assignment_id, populate_existing=True))
    if wanted not in {UNANNOUNCED, Basis(verdict.suite_sha256, verdict.rubric_sha256)}:
        raise OtherSuite
    _keep(session, job, verdict)
    submission.reason = ""
    end(session, submission, State(verdict.status))
    return True


def fail(session: Session, job: Job, reason: str) -> State | None:
    """Note that an attempt failed on our side; return the state that follows, None if it no longer counted.

    `queued` asks the caller to enqueue the submission again in the same transaction.
    """
    submission = _current(session, job)
    if submission is None:
        return None
    submission.reason = reason
    if submission.attempt >= submission.attempt_limit:
        _strike_out(session, submission)
    else:
        _queue_again(session, submission)
    return submission.state


def hand_back(session: Session, job: Job) -> bool:
    """Return an attempt unused, as a worker that must stop does; tell whether it still counted."""
    submission = _current(session, job)
    if submission is None:
        return False
    submission.attempt_limit += 1
    _queue_again(session, submission)
    return True


def release(session: Session, submission_id: str) -> None:
    """Take a submission from the worker that holds it, if it still waits; what was begun is queued again."""
    held = select(Submission).where(Submission.id == submission_id, Submission.state.in_(WAITING))
    submission = session.scalar(held.with_for_update())
    if submission is None:
        return
    if submission.state is State.GRADING:
        _queue_again(session, submission)
    submission.worker = None


def start_regrade(session: Session, submission_id: str, priority: Priority) -> Submission | None:
    """Queue a finished submission for a regrade; None if it is not finished. The caller enqueues it.

    Raises ArchiveGone.
    """
    done = select(Submission).where(Submission.id == submission_id, Submission.state.not_in(WAITING))
    submission = session.scalar(done.with_for_update())
    if submission is None:
        return None
    _hold_archive(session, submission)
    submission.priority, submission.reason, submission.finished_at = priority, "", None
    submission.attempt_limit = submission.attempt + MAX_ATTEMPTS
    submission.queued_at = now(session)
    _queue_again(session, submission)
    return submission


def _hold_archive(session: Session, submission: Submission) -> None:
    """Have no other transaction prune the bytes until this one ends. Raises ArchiveGone."""
    length = select(func.length(Archive.content)).where(Archive.sha256 == submission.archive_sha256)
    if not session.scalar(length.with_for_update(read=True)):
        raise ArchiveGone


def _keep(session: Session, job: Job, verdict: Verdict) -> None:
    """Keep the report of an attempt and the tests that it lost."""
    attempt = {"submission_id": job.submission_id, "attempt": job.attempt}
    report = {name: value for name, value in vars(verdict).items() if name != "losses"}
    session.execute(insert(Report).values(**attempt, **report, created_at=now(session)))
    if verdict.losses:
        session.execute(insert(Loss), [{**attempt, **vars(lost)} for lost in verdict.losses])


def _current(session: Session, job: Job) -> Submission | None:
    """Return the row while it is in the attempt of `job`."""
    current = select(Submission).where(
        Submission.id == job.submission_id,
        Submission.state == State.GRADING,
        Submission.attempt == job.attempt,
    )
    return session.scalar(current.with_for_update())


def _queue_again(session: Session, submission: Submission) -> None:
    submission.state, submission.worker = State.QUEUED, None
    session.flush()
    tell_state(session, submission)


def _strike_out(session: Session, submission: Submission | None) -> None:
    if submission is None:
        return
    why = submission.reason or "its worker died each time"
    submission.reason = f"{STRUCK_OUT.format(attempts=submission.attempt)} ({why})"
    end(session, submission, State.GRADER_ERROR)
