"""The heartbeat of a worker: a row that says it lives, renewed by a thread that does nothing else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from grader.jobs.queue import HEARTBEAT_SECONDS, Station
from grader.store import Database
from grader.store.database import now
from grader.store.tables import Worker


@contextmanager
def heartbeat(database: Database, station: Station) -> Iterator[None]:
    """Show that the worker at `station` lives while the block runs. Raises SQLAlchemyError."""
    stop = threading.Event()
    _beat(database, station)
    thread = threading.Thread(target=_keep_beating, args=(database, station, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        with suppress(SQLAlchemyError), database.write() as session:  # gone or not, we are no worker any more
            session.execute(delete(Worker).where(Worker.id == station.name))


def _keep_beating(database: Database, station: Station, stop: threading.Event) -> None:
    while not stop.wait(HEARTBEAT_SECONDS):
        with suppress(
            SQLAlchemyError
        ):  # the next beat may find the database again; until then we count as dead
            _beat(database, station)


def _beat(database: Database, station: Station) -> None:
    with database.write() as session:
        row = Worker(id=station.name, slots=station.slots, runner=station.runner, heartbeat_at=now(session))
        session.merge(row)
