"""Retention: which old rows and bytes may be removed, and their removal.

A grade keeps all that it needs. The newest report of every submission stays. The bytes of a submission stay
while it waits, if we failed to grade it, or if it may count for its student: the best and the latest, of all
and of those in time. Each step is a short transaction, so the service keeps running.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
    union,
    update,
)
from sqlalchemy.orm import Session, aliased

from grader.core.deadline import closing
from grader.store.database import Database, now
from grader.store.events import STATE
from grader.store.states import WAITING, State
from grader.store.student_results import FIRST, Counts
from grader.store.submissions import report_that_counts
from grader.store.tables import (
    ArchiveRow,
    AssignmentRow,
    EventRow,
    FailedTestRow,
    LoginLinkRow,
    PlacesRow,
    ReportRow,
    SignInRow,
    SubmissionRow,
)

BATCH = 200
PRUNED = b""  # the content of an archive whose bytes are gone; no zip is empty


@dataclass(frozen=True)
class Ages:
    """The ages up to which bytes, events and earlier reports are kept; None for forever."""

    archives: timedelta | None
    progress: timedelta | None
    reports: timedelta | None


@dataclass(frozen=True)
class Spare:
    """The removable rows of a kind, and their size in bytes."""

    kind: str
    rows: int
    size: int


def spare(session: Session, ages: Ages) -> list[Spare]:
    """Return the number and size of removable rows."""
    return [_measure(session, kind, where) for kind, where in _rules(session, ages)]


def prune(database: Database, ages: Ages) -> None:
    """Remove the removable rows and bytes."""
    with database.read() as session:
        rules = list(_rules(session, ages))
    for kind, where in rules:
        while _in_a_transaction(database, REMOVE[kind], where):
            pass


def _rules(session: Session, ages: Ages) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Yield each kind of removable rows, with the condition that selects them."""
    moment = now(session)
    if ages.archives is not None:
        yield "archives", _spare_archives(moment - ages.archives, _in_time(session))
    if ages.progress is not None:
        yield "progress", _spare_progress(moment - ages.progress)
    if ages.reports is not None:
        yield "reports", _spare_reports(moment - ages.reports)
    yield "sign-in links", LoginLinkRow.expires_at <= moment
    yield "sign-ins", SignInRow.expires_at <= moment


def _spare_archives(before: datetime, in_time: ColumnElement[bool]) -> ColumnElement[bool]:
    needed = or_(
        SubmissionRow.state.in_((*WAITING, State.GRADER_ERROR)),
        func.coalesce(SubmissionRow.finished_at, SubmissionRow.received_at) >= before,
        SubmissionRow.id.in_(_may_count(in_time)),
    )
    is_needed = exists().where(SubmissionRow.archive_sha256 == ArchiveRow.sha256, needed)
    return and_(ArchiveRow.created_at < before, func.length(ArchiveRow.content) > 0, ~is_needed)


def _spare_progress(before: datetime) -> ColumnElement[bool]:
    """Return the condition for events of submissions that ended; state events stay."""
    ended = exists().where(SubmissionRow.id == EventRow.submission_id, SubmissionRow.state.not_in(WAITING))
    return and_(EventRow.at < before, EventRow.kind != STATE, ended)


def _spare_reports(before: datetime) -> ColumnElement[bool]:
    newer = aliased(ReportRow)
    has_newer = exists().where(
        newer.submission_id == ReportRow.submission_id, newer.attempt > ReportRow.attempt
    )
    return and_(ReportRow.created_at < before, has_newer)


def _in_time(session: Session) -> ColumnElement[bool]:
    """Return the condition for submissions in time."""
    dues = session.execute(select(AssignmentRow.id, AssignmentRow.due_at)).all()
    ends = {name: closing(due) for name, due in dues if due is not None}
    within = [
        or_(SubmissionRow.assignment_id != name, SubmissionRow.received_at < end)
        for name, end in ends.items()
    ]
    return and_(true(), *within)


def _may_count(in_time: ColumnElement[bool]) -> Select[Any]:
    """Select the ids of submissions that may count for their students by any rule."""
    chosen = [
        _firsts(FIRST[counts], is_graded=True, among=among)
        for counts in Counts
        for among in (SubmissionRow.id.is_not(None), in_time)
    ]
    return select(union(*chosen, _newest()).subquery().c.id)


def _newest() -> Select[Any]:
    return _firsts(FIRST[Counts.LATEST], is_graded=False, among=SubmissionRow.id.is_not(None))


def _firsts(order: tuple[Any, ...], *, is_graded: bool, among: ColumnElement[bool]) -> Select[Any]:
    """Select of each student and assignment the first submission in an order."""
    place = func.row_number().over(
        partition_by=(SubmissionRow.assignment_id, SubmissionRow.user_id), order_by=order
    )
    placed = select(SubmissionRow.id, place.label("place"))
    placed = placed.join(ReportRow, report_that_counts()) if is_graded else placed
    found = placed.where(among).subquery()
    return select(found.c.id).where(found.c.place == 1)


def _measure(session: Session, kind: str, where: ColumnElement[bool]) -> Spare:
    size = func.coalesce(func.sum(SIZES[kind]), 0)
    rows, total = session.execute(select(func.count(), size).where(where)).one()
    return Spare(kind, rows, int(total))


def _in_a_transaction(
    database: Database, remove: Callable[[Session, ColumnElement[bool]], int], where: ColumnElement[bool]
) -> int:
    with database.write() as session:
        return remove(session, where)


def _clear_archives(session: Session, where: ColumnElement[bool]) -> int:
    """Empty some archives; their rows stay, as submissions refer to them.

    The rows are locked and checked again: an upload or a regrade may have come to need them.
    """
    found = session.scalars(
        select(ArchiveRow.sha256).where(where).order_by(ArchiveRow.sha256).limit(BATCH)
    ).all()
    ours = ArchiveRow.sha256.in_(found)
    session.execute(select(ArchiveRow.sha256).where(ours).order_by(ArchiveRow.sha256).with_for_update())
    return _count(session, update(ArchiveRow).where(ours, where).values(content=PRUNED))


def _delete_progress(session: Session, where: ColumnElement[bool]) -> int:
    found = select(EventRow.id).where(where).limit(BATCH * 10)
    return _count(session, delete(EventRow).where(EventRow.id.in_(found)))


def _delete_reports(session: Session, where: ColumnElement[bool]) -> int:
    found = session.execute(
        select(ReportRow.submission_id, ReportRow.attempt).where(where).limit(BATCH)
    ).all()
    keys = [tuple(row) for row in found]
    for table in (FailedTestRow, PlacesRow):
        session.execute(delete(table).where(tuple_(table.submission_id, table.attempt).in_(keys)))
    return _count(
        session, delete(ReportRow).where(tuple_(ReportRow.submission_id, ReportRow.attempt).in_(keys))
    )


def _delete_all(table: type[LoginLinkRow | SignInRow], session: Session, where: ColumnElement[bool]) -> int:
    """Delete all rows at once, as they are small; return 0, as none is left."""
    _count(session, delete(table).where(where))
    return 0


def _count(session: Session, statement: Any) -> int:
    done: CursorResult[Any] = session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[assignment]
    return done.rowcount


SIZES: dict[str, Any] = {
    "archives": func.length(ArchiveRow.content),
    "progress": func.length(cast(EventRow.data, Text)),
    "reports": func.length(ReportRow.document),
    "sign-in links": func.length(LoginLinkRow.id),
    "sign-ins": func.length(SignInRow.id),
}
REMOVE: dict[str, Callable[[Session, ColumnElement[bool]], int]] = {
    "archives": _clear_archives,
    "progress": _delete_progress,
    "reports": _delete_reports,
    "sign-in links": partial(_delete_all, LoginLinkRow),
    "sign-ins": partial(_delete_all, SignInRow),
}
