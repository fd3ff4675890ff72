"""The heartbeat of a worker: a row that says it lives, renewed by a thread that does little else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import count

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grader.jobs.queue import HEARTBEAT_SECONDS, Station
from grader.store import Database
from grader.store.database import now
from grader.store.standard import state_data
from grader.store.tables import Worker

log = structlog.get_logger()

Tidy = Callable[[Session], int]  # queues again what the worker does not run, and returns how many


@contextmanager
def heartbeat(database: Database, station: Station, tidy: Tidy) -> Iterator[None]:
    """Show that the worker at `station` lives while the block runs, and `tidy`. Raises SQLAlchemyError."""
    stop = threading.Event()
    beats = count()
    _beat(database, station, next(beats), tidy)
    thread = threading.Thread(target=_keep_beating, args=(database, station, beats, tidy, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        with suppress(SQLAlchemyError), database.write() as session:  # gone or not, we are no worker any more
            session.execute(delete(Worker).where(Worker.id == station.name))


def _keep_beating(
    database: Database, station: Station, beats: Iterator[int], tidy: Tidy, stop: threading.Event
) -> None:
    while not stop.wait(HEARTBEAT_SECONDS):
        try:  # the next beat may find the database again; until then others count us as dead
            given_back = _beat(database, station, next(beats), tidy)
        except SQLAlchemyError as error:
            log.warning("no heartbeat", name=station.name, error=str(error.__cause__ or error))
        else:
            if given_back:
                log.warning("gave back what nothing works on", name=station.name, count=given_back)


def _beat(database: Database, station: Station, beat: int, tidy: Tidy) -> int:
    with database.write() as session:
        session.merge(row_of(station, beat, session))
        state_data(session, station.fingerprint)
        return tidy(session)


def row_of(station: Station, beat: int, session: Session) -> Worker:
    """Return the row of the worker at `station` at its heartbeat of that number."""
    prints = asdict(station.fingerprint)
    return Worker(
        id=station.name,
        host=station.host,
        slots=station.slots,
        runner=station.runner,
        **{f"{name}_sha256": prints.pop(name) for name in ("suite", "rubric", "data")},
        **prints,
        refusal=station.refusal,
        warning=station.warning,
        beats=beat,
        heartbeat_at=now(session),
    )
