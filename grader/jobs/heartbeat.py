"""The heartbeat of a worker: a row that says it lives, renewed by a thread that does nothing else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from grader.jobs.queue import HEARTBEAT_SECONDS
from grader.store import Database
from grader.store.database import now
from grader.store.tables import Worker


@contextmanager
def heartbeat(database: Database, name: str, slots: int) -> Iterator[None]:
    """Show that worker `name` lives while the block runs. Raises SQLAlchemyError if it cannot at first."""
    stop = threading.Event()
    _beat(database, name, slots)
    thread = threading.Thread(target=_keep_beating, args=(database, name, slots, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        with suppress(SQLAlchemyError), database.write() as session:  # gone or not, we are no worker any more
            session.execute(delete(Worker).where(Worker.id == name))


def _keep_beating(database: Database, name: str, slots: int, stop: threading.Event) -> None:
    while not stop.wait(HEARTBEAT_SECONDS):
        with suppress(
            SQLAlchemyError
        ):  # the next beat may find the database again; until then we count as dead
            _beat(database, name, slots)


def _beat(database: Database, name: str, slots: int) -> None:
    with database.write() as session:
        session.merge(Worker(id=name, slots=slots, heartbeat_at=now(session)))
