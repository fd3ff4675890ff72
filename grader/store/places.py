"""Places in students' code: which reports still need a traced run, and the places that it found.

A report never changes, so its places are a record of their own. A worker starts a traced run by a row without
a document. When the worker dies, another one starts again after a while; a run that ends its worker again and
again is given up.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grader.core.localise import TestId
from grader.core.place import Place, to_places_document
from grader.core.scoring import Outcome
from grader.store.database import now
from grader.store.states import State
from grader.store.submissions import Basis, report_that_counts
from grader.store.tables import ArchiveRow, FailedTestRow, PlacesRow, ReportRow, SubmissionRow

RECENT = timedelta(days=7)  # reports that are older get no places
ABANDONED = timedelta(minutes=15)  # after its start a run without an end has lost its worker
MOST_STARTS = 2


@dataclass(frozen=True)
class TraceJob:
    """A report that needs places: its submission's bytes, and the report as a JSON text."""

    submission_id: str
    attempt: int
    sha256: str
    content: bytes
    document: str


def lacks_places(session: Session, basis: Basis) -> bool:
    """Return whether a report by `basis` needs a traced run."""
    return session.execute(_next_without_places(basis, now(session))).first() is not None


def start_trace(session: Session, basis: Basis) -> TraceJob | None:
    """Start the traced run of the newest report by `basis` that lacks places; None if none does."""
    moment = now(session)
    key = session.execute(_next_without_places(basis, moment)).first()
    if key is None or not _claim(session, *key, moment):
        return None  # or another worker was quicker
    job = select(
        ReportRow.submission_id, ReportRow.attempt, ArchiveRow.sha256, ArchiveRow.content, ReportRow.document
    )
    of_key = job.where(ReportRow.submission_id == key[0], ReportRow.attempt == key[1])
    joined = of_key.join(SubmissionRow, SubmissionRow.id == ReportRow.submission_id)
    found = joined.join(ArchiveRow, ArchiveRow.sha256 == SubmissionRow.archive_sha256)
    return TraceJob(*session.execute(found).one())


def finish_trace(session: Session, job: TraceJob, places: Mapping[TestId, Place]) -> None:
    """Keep the places of a traced run, unless another run has kept them."""
    document = json.dumps(to_places_document(places), ensure_ascii=False)
    session.execute(update(PlacesRow).where(*_open(job)).values(document=document))


def abandon_trace(session: Session, job: TraceJob) -> None:
    """Forget a start, so that any worker may start the run again."""
    session.execute(delete(PlacesRow).where(*_open(job)))


def someone_waits(session: Session) -> bool:
    """Return whether a submission waits for a worker."""
    return bool(session.scalar(select(exists().where(SubmissionRow.state == State.QUEUED))))


def stored_places(session: Session, submission_id: str, attempt: int) -> str | None:
    """Return the places of a report as a JSON text; None if no traced run has ended."""
    row = session.get(PlacesRow, (submission_id, attempt))
    return row.document if row else None


def _open(job: TraceJob) -> tuple[Any, ...]:
    return (
        PlacesRow.submission_id == job.submission_id,
        PlacesRow.attempt == job.attempt,
        PlacesRow.document.is_(None),
    )


def _claim(session: Session, submission_id: str, attempt: int, moment: datetime) -> bool:
    """Note the start of a traced run; return whether no other worker has one under way."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    start = dialect.insert(PlacesRow).values(
        submission_id=submission_id, attempt=attempt, starts=1, started_at=moment
    )
    again = start.on_conflict_do_update(
        index_elements=[PlacesRow.submission_id, PlacesRow.attempt],
        set_={"starts": PlacesRow.starts + 1, "started_at": moment},
        where=and_(PlacesRow.document.is_(None), PlacesRow.started_at < moment - ABANDONED),
    )
    return session.execute(again.returning(PlacesRow.starts)).first() is not None


def _next_without_places(basis: Basis, moment: datetime) -> Select[str, int]:
    """Select the newest report that a traced run may start for."""
    is_free = or_(
        PlacesRow.starts.is_(None),
        and_(PlacesRow.starts < MOST_STARTS, PlacesRow.started_at < moment - ABANDONED),
    )
    wanted = _without_places(basis).where(ReportRow.created_at > moment - RECENT, is_free)
    return wanted.order_by(ReportRow.created_at.desc()).limit(1)


def _without_places(basis: Basis) -> Select[str, int]:
    """Select the reports that count, with a failed check and without places."""
    has_failed = exists().where(
        FailedTestRow.submission_id == ReportRow.submission_id,
        FailedTestRow.attempt == ReportRow.attempt,
        FailedTestRow.outcome == Outcome.FAILED,
    )
    of_report = and_(
        PlacesRow.submission_id == ReportRow.submission_id, PlacesRow.attempt == ReportRow.attempt
    )
    has_bytes = exists().where(
        ArchiveRow.sha256 == SubmissionRow.archive_sha256, func.length(ArchiveRow.content) > 0
    )
    return (
        select(ReportRow.submission_id, ReportRow.attempt)
        .select_from(SubmissionRow)
        .join(ReportRow, report_that_counts())
        .outerjoin(PlacesRow, of_report)
        .where(
            has_failed,
            has_bytes,
            PlacesRow.document.is_(None),
            ReportRow.suite_sha256 == basis.suite_sha256,
            ReportRow.rubric_sha256 == basis.rubric_sha256,
        )
    )
