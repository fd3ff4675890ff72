"""The heartbeat of a worker: a thread renews its row."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import count

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grader.core.repeating import repeating
from grader.store import Database
from grader.store.database import now
from grader.store.queue.port import HEARTBEAT_SECONDS, WorkerInfo
from grader.store.standard import state_data
from grader.store.tables import WorkerProcessRow

log = structlog.get_logger()

ReturnLost = Callable[[Session], int]  # queues lost submissions again, and returns their number


@contextmanager
def heartbeat(database: Database, info: WorkerInfo, return_lost: ReturnLost) -> Iterator[None]:
    """Renew the worker's row while the block runs, and call `return_lost`. Raises SQLAlchemyError."""
    beats = count()
    _beat(database, info, next(beats), return_lost)
    try:
        with repeating(lambda: _beat_again(database, info, next(beats), return_lost), HEARTBEAT_SECONDS):
            yield
    finally:
        with suppress(SQLAlchemyError), database.write() as session:  # gone or not, we are no worker any more
            session.execute(delete(WorkerProcessRow).where(WorkerProcessRow.id == info.name))


def _beat_again(database: Database, info: WorkerInfo, beat: int, return_lost: ReturnLost) -> None:
    try:  # the next beat may find the database again; until then others count us as dead
        given_back = _beat(database, info, beat, return_lost)
    except SQLAlchemyError as error:
        log.warning("no heartbeat", name=info.name, error=str(error.__cause__ or error))
    else:
        if given_back:
            log.warning("queued lost submissions again", name=info.name, count=given_back)


def _beat(database: Database, info: WorkerInfo, beat: int, return_lost: ReturnLost) -> int:
    with database.write() as session:
        session.merge(make_row(info, beat, session))
        state_data(session, info.fingerprint)
        return return_lost(session)


def make_row(info: WorkerInfo, beat: int, session: Session) -> WorkerProcessRow:
    """Return the row of a worker at its heartbeat of that number."""
    prints = asdict(info.fingerprint)
    return WorkerProcessRow(
        id=info.name,
        host=info.host,
        slots=info.slots,
        runner=info.runner,
        **{f"{name}_sha256": prints.pop(name) for name in ("suite", "rubric", "data")},
        **prints,
        refusal=info.refusal,
        warning=info.warning,
        beats=beat,
        heartbeat_at=now(session),
    )
