"""Submissions: keep them, find them, and end them."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from grader.core.deadline import closing, is_late
from grader.store.database import now
from grader.store.events import add_state_event, add_state_events
from grader.store.states import Priority, State
from grader.store.tables import ArchiveRow, AssignmentRow, ReportRow, SubmissionRow

ID_BYTES = 12
MAX_ATTEMPTS = 3
TICK = timedelta(microseconds=1)  # between two submissions of one transaction, to keep their order


@dataclass(frozen=True)
class Upload:
    """An archive that a person hands in.

    `assignment_id` is empty if the form names none, and `sha256` until intake has checked the `content`. With
    `again` the same bytes get another verdict.
    """

    user_id: int
    assignment_id: str
    sha256: str
    content: bytes
    idempotency_key: str | None = None
    again: bool = False


@dataclass(frozen=True)
class Basis:
    """The hashes of suite and rubric behind a verdict."""

    suite_sha256: str
    rubric_sha256: str


@dataclass(frozen=True)
class SubmissionFilter:
    """A filter of submissions; an empty field allows all."""

    user_id: int | None = None
    assignment_ids: Collection[str] | None = None
    states: Collection[State] = ()
    before: tuple[datetime, str] | None = None


def accept(session: Session, upload: Upload, priority: Priority | None = None) -> SubmissionRow:
    """Keep an upload and its queued submission; the caller enqueues it in the same transaction."""
    if priority is None:
        handed_in_before = session.scalar(_history(upload.user_id, upload.assignment_id).limit(1))
        priority = Priority.RESUBMISSION if handed_in_before else Priority.INTERACTIVE
    return accept_all(session, [(upload, priority)])[0]


def accept_all(session: Session, uploads: Sequence[tuple[Upload, Priority]]) -> list[SubmissionRow]:
    """Keep many uploads, in the order in which they came, each with its priority; as `accept`."""
    if not uploads:
        return []
    moment = now(session)
    _keep_archives(session, [upload for upload, _ in uploads], moment)
    submissions = [
        _make_row(upload, priority, moment + number * TICK)
        for number, (upload, priority) in enumerate(uploads)
    ]
    session.add_all(submissions)
    session.flush()
    add_state_events(session, submissions)
    return submissions


def supersede(session: Session, newest: SubmissionRow) -> Sequence[SubmissionRow]:
    """Supersede the student's older queued submissions of the assignment; return them, to be dequeued.

    A late submission supersedes none that came in time.
    """
    older = _history(newest.user_id, newest.assignment_id).where(
        SubmissionRow.state == State.QUEUED, SubmissionRow.id != newest.id
    )
    due_at = session.get_one(AssignmentRow, newest.assignment_id).due_at
    if due_at is not None and is_late(newest.received_at, due_at):
        older = older.where(SubmissionRow.received_at >= closing(due_at))
    found = session.scalars(older.with_for_update()).all()
    for submission in found:
        submission.reason = f"a newer submission, {newest.id}, took its place"
        end(session, submission, State.SUPERSEDED)
    return found


def cancel(session: Session, submission_id: str) -> bool:
    """Cancel a submission that is still queued; return whether it was."""
    queued = select(SubmissionRow).where(
        SubmissionRow.id == submission_id, SubmissionRow.state == State.QUEUED
    )
    submission = session.scalar(queued.with_for_update())
    if submission is None:
        return False
    end(session, submission, State.CANCELLED)
    return True


def end(session: Session, submission: SubmissionRow, state: State) -> None:
    """End a submission: it leaves the new state only by a regrade."""
    submission.state, submission.finished_at, submission.worker = state, now(session), None
    session.flush()
    add_state_event(session, submission)


def page(session: Session, wanted: SubmissionFilter, limit: int) -> Sequence[SubmissionRow]:
    """Return up to `limit` submissions, newest first, all of them older than `wanted.before`."""
    found = select(SubmissionRow).where(*_conditions(wanted))
    return session.scalars(
        found.order_by(SubmissionRow.received_at.desc(), SubmissionRow.id.desc()).limit(limit)
    ).all()


def newest_report(session: Session, submission_id: str) -> ReportRow | None:
    """Return the report that counts, if there is one."""
    found = select(ReportRow).where(ReportRow.submission_id == submission_id)
    return session.scalar(found.order_by(ReportRow.attempt.desc()).limit(1))


def find_report(session: Session, submission_id: str, attempt: int) -> ReportRow:
    """Return the report of an attempt. Raises NoResultFound."""
    found = select(ReportRow).where(ReportRow.submission_id == submission_id, ReportRow.attempt == attempt)
    return session.scalars(found).one()


def newest_document(session: Session, basis: Basis) -> str | None:
    """Return the newest report by this suite and rubric, of any submission, as a document."""
    current = select(ReportRow.document).where(
        ReportRow.suite_sha256 == basis.suite_sha256, ReportRow.rubric_sha256 == basis.rubric_sha256
    )
    return session.scalar(current.order_by(ReportRow.created_at.desc()).limit(1))


def report_that_counts() -> ColumnElement[bool]:
    """Return the condition that joins a submission with the report that counts, if there is one."""
    each = aliased(ReportRow)
    newest = (
        select(func.max(each.attempt)).where(each.submission_id == SubmissionRow.id).correlate(SubmissionRow)
    )
    return and_(ReportRow.submission_id == SubmissionRow.id, ReportRow.attempt == newest.scalar_subquery())


def arrivals(session: Session, assignment_id: str) -> Sequence[datetime]:
    """Return the times of the submissions of an assignment, in order."""
    found = select(SubmissionRow.received_at).where(SubmissionRow.assignment_id == assignment_id)
    return session.scalars(found.order_by(SubmissionRow.received_at)).all()


def find_kept_archives(session: Session, sha256s: Collection[str]) -> set[str]:
    """Return those of the archives that still have their bytes; retention empties the others."""
    kept = select(ArchiveRow.sha256).where(
        ArchiveRow.sha256.in_(sha256s), func.length(ArchiveRow.content) > 0
    )
    return set(session.scalars(kept))


def _history(user_id: int, assignment_id: str) -> Select[SubmissionRow]:
    """Select the submissions of a student for an assignment, newest first."""
    own = select(SubmissionRow).where(
        SubmissionRow.user_id == user_id, SubmissionRow.assignment_id == assignment_id
    )
    return own.order_by(SubmissionRow.received_at.desc(), SubmissionRow.id.desc())


def _conditions(wanted: SubmissionFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.user_id is not None:
        conditions.append(SubmissionRow.user_id == wanted.user_id)
    if wanted.assignment_ids is not None:
        conditions.append(SubmissionRow.assignment_id.in_(wanted.assignment_ids))
    if wanted.states:
        conditions.append(SubmissionRow.state.in_(wanted.states))
    if wanted.before:
        moment, submission_id = wanted.before
        same_moment = and_(SubmissionRow.received_at == moment, SubmissionRow.id < submission_id)
        conditions.append(or_(SubmissionRow.received_at < moment, same_moment))
    return conditions


def _make_row(upload: Upload, priority: Priority, moment: datetime) -> SubmissionRow:
    return SubmissionRow(
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


def _keep_archives(session: Session, uploads: Sequence[Upload], moment: datetime) -> None:
    """Insert the archives that are new, and the bytes of pruned ones.

    The order is always the same, so that no two transactions wait for each other.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [
        {"sha256": each.sha256, "content": each.content, "created_at": moment}
        for each in sorted(uploads, key=lambda upload: upload.sha256)
    ]
    kept = dialect.insert(ArchiveRow)
    pruned = func.length(ArchiveRow.content) == 0
    session.execute(
        kept.on_conflict_do_update(
            index_elements=[ArchiveRow.sha256],
            set_={"content": kept.excluded.content, "created_at": kept.excluded.created_at},
            where=pruned,
        ),
        rows,
    )
