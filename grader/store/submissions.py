"""Submissions: accepting one, finding them again, and what the policy of their assignment says."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from grader.store.database import now
from grader.store.progress import tell_state
from grader.store.states import UNSPENT, VERDICT, WAITING, Priority, State
from grader.store.tables import Archive, Assignment, Report, Submission, User

ID_BYTES = 12
MAX_ATTEMPTS = 3
LIMIT_WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Upload:
    """What is handed in: by whom, for which assignment, and the bytes that intake let through."""

    user_id: int
    assignment_id: str
    sha256: str
    content: bytes
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Basis:
    """What a verdict rests on besides the submission: the hashes of suite and rubric."""

    suite_sha256: str
    rubric_sha256: str


@dataclass(frozen=True)
class Filter:
    """Which submissions are asked for; an empty field asks for all."""

    user_id: int | None = None
    assignment_ids: Collection[str] | None = None
    states: Collection[State] = ()
    before: tuple[datetime, str] | None = None


def lock_student(session: Session, user_id: int) -> None:
    """Let no other request of this student decide at the same time what the policy allows."""
    session.scalar(select(User.id).where(User.id == user_id).with_for_update())


def accept(session: Session, upload: Upload, priority: Priority | None = None) -> Submission:
    """Keep an upload and its queued submission; the caller enqueues it in the same transaction."""
    moment = now(session)
    _keep_archive(session, upload, moment)
    if priority is None:
        handed_in_before = _history(upload.user_id, upload.assignment_id).limit(1)
        priority = Priority.RESUBMISSION if session.scalar(handed_in_before) else Priority.INTERACTIVE
    submission = Submission(
        id=secrets.token_hex(ID_BYTES),
        assignment_id=upload.assignment_id,
        user_id=upload.user_id,
        archive_sha256=upload.sha256,
        state=State.QUEUED,
        attempt=0,
        attempt_limit=MAX_ATTEMPTS,
        priority=priority,
        idempotency_key=upload.idempotency_key,
        reason="",
        received_at=moment,
        queued_at=moment,
    )
    session.add(submission)
    session.flush()
    tell_state(session, submission)
    return submission


def supersede(session: Session, newest: Submission) -> Sequence[Submission]:
    """Take the student's older queued submissions of the assignment back; return them, to be dequeued."""
    older = _history(newest.user_id, newest.assignment_id).where(
        Submission.state == State.QUEUED, Submission.id != newest.id
    )
    found = session.scalars(older.with_for_update()).all()
    for submission in found:
        submission.reason = f"a newer submission, {newest.id}, took its place"
        end(session, submission, State.SUPERSEDED)
    return found


def cancel(session: Session, submission_id: str) -> bool:
    """Cancel a submission that is still queued; tell whether it was."""
    queued = select(Submission).where(Submission.id == submission_id, Submission.state == State.QUEUED)
    submission = session.scalar(queued.with_for_update())
    if submission is None:
        return False
    end(session, submission, State.CANCELLED)
    return True


def end(session: Session, submission: Submission, state: State) -> None:
    """Put a submission into a state that it leaves only by a regrade."""
    submission.state, submission.finished_at, submission.worker = state, now(session), None
    session.flush()
    tell_state(session, submission)


def next_try(session: Session, user_id: int, assignment: Assignment) -> datetime | None:
    """Return when the student may hand in again, or None if that is now."""
    if assignment.hourly_limit is None:
        return None
    decisive = session.scalar(
        _spent(session, user_id, assignment).offset(assignment.hourly_limit - 1).limit(1)
    )
    return decisive + LIMIT_WINDOW if decisive else None


def tries_left(session: Session, user_id: int, assignment: Assignment) -> int | None:
    """Return how often the student may hand in now; None where there is no limit."""
    if assignment.hourly_limit is None:
        return None
    spent = session.scalars(_spent(session, user_id, assignment)).all()
    return max(0, assignment.hourly_limit - len(spent))


def by_key(session: Session, user_id: int, idempotency_key: str) -> Submission | None:
    """Return what the student handed in under that key."""
    found = select(Submission).where(
        Submission.user_id == user_id, Submission.idempotency_key == idempotency_key
    )
    return session.scalar(found)


def same_bytes(session: Session, upload: Upload, basis: Basis) -> Submission | None:
    """Return the student's newest submission of the same bytes that waits, or has a verdict on this basis."""
    verdict = and_(
        Submission.state.in_(VERDICT),
        Report.suite_sha256 == basis.suite_sha256,
        Report.rubric_sha256 == basis.rubric_sha256,
    )
    reported = and_(Report.submission_id == Submission.id, Report.attempt == Submission.attempt)
    found = _history(upload.user_id, upload.assignment_id).outerjoin(Report, reported)
    return session.scalar(
        found.where(
            Submission.archive_sha256 == upload.sha256, or_(Submission.state.in_(WAITING), verdict)
        ).limit(1)
    )


def page(session: Session, wanted: Filter, limit: int) -> Sequence[Submission]:
    """Return up to `limit` submissions, newest first, all of them older than `wanted.before`."""
    found = select(Submission).where(*_conditions(wanted))
    return session.scalars(
        found.order_by(Submission.received_at.desc(), Submission.id.desc()).limit(limit)
    ).all()


def newest_report(session: Session, submission_id: str) -> Report | None:
    """Return the report that counts, if there is one."""
    found = select(Report).where(Report.submission_id == submission_id)
    return session.scalar(found.order_by(Report.attempt.desc()).limit(1))


def report_that_counts() -> ColumnElement[bool]:
    """Return the condition that joins a submission with the report that counts, if there is one."""
    each = aliased(Report)
    newest = select(func.max(each.attempt)).where(each.submission_id == Submission.id).correlate(Submission)
    return and_(Report.submission_id == Submission.id, Report.attempt == newest.scalar_subquery())


def arrivals(session: Session, assignment_id: str) -> Sequence[datetime]:
    """Return when each submission of an assignment was handed in, in order."""
    found = select(Submission.received_at).where(Submission.assignment_id == assignment_id)
    return session.scalars(found.order_by(Submission.received_at)).all()


def _spent(session: Session, user_id: int, assignment: Assignment) -> Select[datetime]:
    """Select the moments of the submissions that count against the limit, newest first."""
    spent = select(Submission.received_at).where(
        Submission.user_id == user_id,
        Submission.assignment_id == assignment.id,
        Submission.received_at > now(session) - LIMIT_WINDOW,
        Submission.state.not_in(UNSPENT),
    )
    return spent.order_by(Submission.received_at.desc())


def _history(user_id: int, assignment_id: str) -> Select[Submission]:
    """Select what the student handed in for the assignment, newest first."""
    own = select(Submission).where(Submission.user_id == user_id, Submission.assignment_id == assignment_id)
    return own.order_by(Submission.received_at.desc(), Submission.id.desc())


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.user_id is not None:
        conditions.append(Submission.user_id == wanted.user_id)
    if wanted.assignment_ids is not None:
        conditions.append(Submission.assignment_id.in_(wanted.assignment_ids))
    if wanted.states:
        conditions.append(Submission.state.in_(wanted.states))
    if wanted.before:
        moment, submission_id = wanted.before
        same_moment = and_(Submission.received_at == moment, Submission.id < submission_id)
        conditions.append(or_(Submission.received_at < moment, same_moment))
    return conditions


def _keep_archive(session: Session, upload: Upload, moment: datetime) -> None:
    """Keep the bytes unless they are kept already."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"sha256": upload.sha256, "content": upload.content, "created_at": moment}
    session.execute(dialect.insert(Archive).values(row).on_conflict_do_nothing())
