"""Chooses the queue that fits the database."""

from pathlib import Path

from grader.store import Database
from grader.store.queue.local import LocalQueue
from grader.store.queue.port import Queue

LOCKS = "workers"  # the folder of the worker locks, beside the SQLite file


def open_queue(database: Database) -> Queue:
    """Return the queue on `database`."""
    if not database.is_postgresql:
        return LocalQueue(database, Path(str(database.engine.url.database)).parent / LOCKS)
    from grader.store.queue.postgresql import PostgresqlQueue  # noqa: PLC0415 - one machine needs no Procrastinate

    return PostgresqlQueue(database)
