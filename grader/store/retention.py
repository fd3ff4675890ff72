"""Retention: which old rows and bytes may go, and their removal.

Nothing goes that a grade needs. The newest report of every submission stays. The bytes stay of a submission
that waits, that failed on our side, or that may count for its student: the best and the latest, of all and of
those in time. Each step is a short transaction, so the service goes on meanwhile.
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
from grader.store.progress import STATE
from grader.store.standings import FIRST, Counts
from grader.store.states import WAITING, State
from grader.store.submissions import report_that_counts
from grader.store.tables import Archive, Assignment, LoginLink, Loss, Progress, Report, SignIn, Submission

BATCH = 200
PRUNED = b""  # the content of an archive whose bytes are gone; no zip is empty


@dataclass(frozen=True)
class Ages:
    """How long bytes, progress and earlier reports are kept; None for ever."""

    archives: timedelta | None
    progress: timedelta | None
    reports: timedelta | None


@dataclass(frozen=True)
class Spare:
    """How many rows of a kind may go, and how many bytes their contents have."""

    kind: str
    rows: int
    size: int


def spare(session: Session, ages: Ages) -> list[Spare]:
    """Return what may go now."""
    return [_measured(session, kind, where) for kind, where in _rules(session, ages)]


def prune(database: Database, ages: Ages) -> None:
    """Remove what may go now."""
    with database.read() as session:
        rules = list(_rules(session, ages))
    for kind, where in rules:
        while _in_a_transaction(database, REMOVE[kind], where):
            pass


def _rules(session: Session, ages: Ages) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Yield each kind of what may go, with the condition of its rows."""
    moment = now(session)
    if ages.archives is not None:
        yield "archives", _spare_archives(moment - ages.archives, _in_time(session))
    if ages.progress is not None:
        yield "progress", _spare_progress(moment - ages.progress)
    if ages.reports is not None:
        yield "reports", _spare_reports(moment - ages.reports)
    yield "sign-in links", LoginLink.expires_at <= moment
    yield "sign-ins", SignIn.expires_at <= moment


def _spare_archives(before: datetime, in_time: ColumnElement[bool]) -> ColumnElement[bool]:
    needed = or_(
        Submission.state.in_((*WAITING, State.GRADER_ERROR)),
        func.coalesce(Submission.finished_at, Submission.received_at) >= before,
        Submission.id.in_(_may_count(in_time)),
    )
    is_needed = exists().where(Submission.archive_sha256 == Archive.sha256, needed)
    return and_(Archive.created_at < before, func.length(Archive.content) > 0, ~is_needed)


def _spare_progress(before: datetime) -> ColumnElement[bool]:
    """Return the condition for what happened within submissions that ended; the states themselves stay."""
    ended = exists().where(Submission.id == Progress.submission_id, Submission.state.not_in(WAITING))
    return and_(Progress.at < before, Progress.kind != STATE, ended)


def _spare_reports(before: datetime) -> ColumnElement[bool]:
    newer = aliased(Report)
    has_newer = exists().where(newer.submission_id == Report.submission_id, newer.attempt > Report.attempt)
    return and_(Report.created_at < before, has_newer)


def _in_time(session: Session) -> ColumnElement[bool]:
    """Return the condition for submissions that came before their assignment closed."""
    dues = session.execute(select(Assignment.id, Assignment.due_at)).all()
    ends = {name: closing(due) for name, due in dues if due is not None}
    within = [
        or_(Submission.assignment_id != name, Submission.received_at < end) for name, end in ends.items()
    ]
    return and_(true(), *within)


def _may_count(in_time: ColumnElement[bool]) -> Select[Any]:
    """Select the ids of submissions that may count for their students, whichever rule a course has."""
    chosen = [
        _firsts(FIRST[counts], is_graded=True, among=among)
        for counts in Counts
        for among in (Submission.id.is_not(None), in_time)
    ]
    return select(union(*chosen, _newest()).subquery().c.id)


def _newest() -> Select[Any]:
    return _firsts(FIRST[Counts.LATEST], is_graded=False, among=Submission.id.is_not(None))


def _firsts(order: tuple[Any, ...], *, is_graded: bool, among: ColumnElement[bool]) -> Select[Any]:
    """Select of each student and assignment the first submission in an order."""
    place = func.row_number().over(
        partition_by=(Submission.assignment_id, Submission.user_id), order_by=order
    )
    placed = select(Submission.id, place.label("place"))
    placed = placed.join(Report, report_that_counts()) if is_graded else placed
    found = placed.where(among).subquery()
    return select(found.c.id).where(found.c.place == 1)


def _measured(session: Session, kind: str, where: ColumnElement[bool]) -> Spare:
    size = func.coalesce(func.sum(SIZES[kind]), 0)
    rows, total = session.execute(select(func.count(), size).where(where)).one()
    return Spare(kind, rows, int(total))


def _in_a_transaction(
    database: Database, remove: Callable[[Session, ColumnElement[bool]], int], where: ColumnElement[bool]
) -> int:
    with database.write() as session:
        return remove(session, where)


def _clear_archives(session: Session, where: ColumnElement[bool]) -> int:
    """Empty some archives; their rows stay, as submissions name them.

    They are locked first and looked at again: meanwhile an upload or a regrade may have come to need them.
    """
    found = session.scalars(select(Archive.sha256).where(where).order_by(Archive.sha256).limit(BATCH)).all()
    ours = Archive.sha256.in_(found)
    session.execute(select(Archive.sha256).where(ours).order_by(Archive.sha256).with_for_update())
    return _count(session, update(Archive).where(ours, where).values(content=PRUNED))


def _delete_progress(session: Session, where: ColumnElement[bool]) -> int:
    found = select(Progress.id).where(where).limit(BATCH * 10)
    return _count(session, delete(Progress).where(Progress.id.in_(found)))


def _delete_reports(session: Session, where: ColumnElement[bool]) -> int:
    found = session.execute(select(Report.submission_id, Report.attempt).where(where).limit(BATCH)).all()
    keys = [tuple(row) for row in found]
    session.execute(delete(Loss).where(tuple_(Loss.submission_id, Loss.attempt).in_(keys)))
    return _count(session, delete(Report).where(tuple_(Report.submission_id, Report.attempt).in_(keys)))


def _delete_all(table: type[LoginLink | SignIn], session: Session, where: ColumnElement[bool]) -> int:
    """Delete all rows at once, as they are small; return that none is left."""
    _count(session, delete(table).where(where))
    return 0


def _count(session: Session, statement: Any) -> int:
    done: CursorResult[Any] = session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[assignment]
    return done.rowcount


SIZES: dict[str, Any] = {
    "archives": func.length(Archive.content),
    "progress": func.length(cast(Progress.data, Text)),
    "reports": func.length(Report.document),
    "sign-in links": func.length(LoginLink.id),
    "sign-ins": func.length(SignIn.id),
}
REMOVE: dict[str, Callable[[Session, ColumnElement[bool]], int]] = {
    "archives": _clear_archives,
    "progress": _delete_progress,
    "reports": _delete_reports,
    "sign-in links": partial(_delete_all, LoginLink),
    "sign-ins": partial(_delete_all, SignIn),
}
