"""The database: one engine, transactions for reading and for writing."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.orm import Session, sessionmaker

from grader.store.migrate import AbsentStoreError, migrate, require_newest

LOCK_SECONDS = 15  # how long a writer waits for another before the request is turned away
CONNECT_SECONDS = 5
CONNECTIONS = 10
OWNER_ONLY = 0o600
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # an accepted upload survives a power cut
    "foreign_keys=ON",
    "secure_delete=OFF",
)


class Database:
    """A store's engine. Any thread may call its methods."""

    def __init__(self, engine: Engine) -> None:
        """Keep everything in the database of `engine`, which is up to date."""
        self.engine = engine
        self._reading = sessionmaker(engine, expire_on_commit=False)
        self._writing = sessionmaker(engine.execution_options(writes=True), expire_on_commit=False)
        self._before_closing: list[Callable[[], None]] = []

    @property
    def is_postgresql(self) -> bool:
        """Whether more than one host may share it."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that changes nothing; its rows stay readable afterwards."""
        with self._reading() as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Open a transaction that sees one state of the store throughout."""
        with self._reading() as session:
            if self.is_postgresql:  # a transaction of SQLite is a snapshot anyway
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that is committed at its end, or rolled back after an error."""
        with self._writing.begin() as session:
            yield session

    def check(self) -> None:
        """Ask the database for an answer. Raises SQLAlchemyError."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def before_closing(self, finish: Callable[[], None]) -> None:
        """Call `finish` before the connections close."""
        self._before_closing.append(finish)

    def close(self) -> None:
        """Call the `before_closing` functions, then close all connections."""
        for finish in self._before_closing:
            finish()
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Return the database at `url`, created and brought up to date. Raises SQLAlchemyError, ValueError."""
    parsed = make_url(url)
    if file := _file_of(parsed):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(OWNER_ONLY)
    database = _database(parsed)
    migrate(database.engine)
    return database


def open_existing(url: str) -> Database:
    """Return the database at `url`, which has the tables of this release. Nothing is created or changed.

    Raises SQLAlchemyError, OSError, AbsentStoreError, WrongStoreError.
    """
    database = open_as_it_is(url)
    try:
        require_newest(database.engine)
    except BaseException:
        database.close()
        raise
    return database


def open_as_it_is(url: str) -> Database:
    """Return the database at `url`, with any tables. Raises OSError, ValueError, AbsentStoreError."""
    parsed = make_url(url)
    if file := _file_of(parsed):
        _require_content(file)
    return _database(parsed)


def now(session: Session) -> datetime:
    """Return the time by the one clock that all hosts of this database share."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)


def _file_of(url: URL) -> Path | None:
    """Return the file of an SQLite database; None for PostgreSQL. Raises ValueError."""
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise ValueError("an SQLite database must be a file: memory is lost at the end")
    return Path(url.database)


def _require_content(file: Path) -> None:
    """Check that a file is not empty. Raises OSError, AbsentStoreError."""
    try:
        size = file.stat().st_size
    except FileNotFoundError:
        size = 0
    if not size:
        raise AbsentStoreError(str(file))


def _database(url: URL) -> Database:
    return Database(_sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url))


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False},
        pool_size=CONNECTIONS,
        max_overflow=CONNECTIONS,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ARG001 - the event's signature
    connection.isolation_level = None  # the driver begins no transaction by itself: `_begin_sqlite` does
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the writers' lock at the start: SQLite refuses a reader that turns writer."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL) -> Engine:
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise ValueError(f"a database of the kind {url.get_backend_name()!r} is not supported")
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": "-c timezone=UTC"},
        pool_pre_ping=True,  # a connection that a restart of the server cut is replaced unseen
        pool_size=CONNECTIONS,
        max_overflow=CONNECTIONS,
    )
