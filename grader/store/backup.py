"""Backups: a snapshot of the whole store in one file, for either database.

The file is a zip: `store.json` describes it, `TABLE.jsonl` has a row a line, each row after those that it
refers to. Bytes are kept in base64, moments in ISO 8601.
"""

import base64
import binascii
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grader.store import tables
from grader.store.columns import StoredRow
from grader.store.database import Database
from grader.store.migrate import NEWEST

FORMAT = "grader-backup/1"
INDEX, SECRET = "store.json", "seed-secret"
BATCH = 100
DAMAGES = (  # the errors of reading a truncated or changed file
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    TypeError,
    AttributeError,
    UnicodeDecodeError,
    binascii.Error,
    json.JSONDecodeError,
    IntegrityError,
)
FORGOTTEN = {"ticket": None, "worker": None}  # of a submission: they name a job and a worker of another life
EPHEMERAL = (tables.WorkerProcessRow.__tablename__, tables.SignInRow.__tablename__)

Tell = Callable[[int], Callable[[], None]]


class BackupError(ValueError):
    """A file is not a backup, or the store is not empty."""


def _tell_nobody(_total: int) -> Callable[[], None]:
    return lambda: None


def back_up(database: Database, target: Path, secret: bytes, tell: Tell = _tell_nobody) -> int:
    """Write the whole store to `target`, which only its owner can read; return the number of rows.

    `tell` takes the number of rows to write, and returns a function that is called after each.
    """
    part = target.with_name(f"{target.name}.part")
    part.touch(0o600)
    try:
        count = _write(database, part, secret, tell)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return count


def is_backup(path: Path) -> bool:
    """Return whether a file looks like a backup of any release."""
    try:
        with zipfile.ZipFile(path) as archive:
            return INDEX in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _write(database: Database, part: Path, secret: bytes, tell: Tell) -> int:
    count = 0
    with database.snapshot() as session, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(INDEX, json.dumps({"format": FORMAT, "version": NEWEST, "at": _now()}))
        archive.writestr(SECRET, secret.hex())
        step = tell(sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in _tables()))
        for table in _tables():
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
                for row in session.execute(select(table), execution_options={"yield_per": BATCH}).mappings():
                    file.write(json.dumps(dict(row), default=_plain).encode() + b"\n")
                    count += 1
                    step()
    return count


def restore(database: Database, source: Path, keep_secret: Callable[[bytes], None]) -> None:
    """Fill an empty store from a backup; `keep_secret` is given the secret of its seeds.

    Raises BackupError, or the errors of `keep_secret`; nothing is restored then.
    """
    try:
        archive = zipfile.ZipFile(source)
    except zipfile.BadZipFile:
        raise BackupError(f"{source} is no backup: it is no zip file") from None
    try:
        _fill(database, archive, source, keep_secret)
    except DAMAGES as error:
        raise BackupError(f"{source} is damaged, take another backup: {error}") from None


def _fill(
    database: Database, archive: zipfile.ZipFile, source: Path, keep_secret: Callable[[bytes], None]
) -> None:
    with archive, database.write() as session:
        _check(archive, session, source)
        for table in _tables():
            for rows in _batches(archive, table):
                session.execute(insert(table), rows)
        session.execute(update(tables.SubmissionRow).values(FORGOTTEN))
        _set_counters(session)
        secret = bytes.fromhex(archive.read(SECRET).decode())
        keep_secret(secret)


def _tables() -> list[Table]:
    """Return the tables of a backup, each after those that it refers to."""
    return [table for table in StoredRow.metadata.sorted_tables if table.name not in EPHEMERAL]


def _check(archive: zipfile.ZipFile, session: Session, source: Path) -> None:
    index = json.loads(archive.read(INDEX)) if INDEX in archive.namelist() else {}
    if index.get("format") != FORMAT:
        raise BackupError(f"{source} is no backup of this service")
    if index["version"] != NEWEST:
        raise BackupError(
            f"{source} was written at version {index['version']} of the tables, these are at {NEWEST}: "
            "restore it with the release that wrote it, then start the newer one on that store"
        )
    if any(session.scalar(select(func.count()).select_from(table)) for table in _tables()):
        raise BackupError("the store is not empty: restore into a new data folder or a new database")


def _batches(archive: zipfile.ZipFile, table: Table) -> Iterator[list[dict[str, Any]]]:
    with archive.open(f"{table.name}.jsonl") as file:
        rows = []
        for line in io.TextIOWrapper(file, encoding="utf-8"):
            rows.append(_row(table, json.loads(line)))
            if len(rows) >= BATCH:
                yield rows
                rows = []
        if rows:
            yield rows


def _row(table: Table, plain: dict[str, Any]) -> dict[str, Any]:
    """Return a row as its columns hold it."""
    return {name: _value(table.c[name].type.python_type, value) for name, value in plain.items()}


def _value(kind: type, value: Any) -> Any:
    if value is None:
        return None
    if kind is bytes:
        return base64.b64decode(value)
    return datetime.fromisoformat(value) if kind is datetime else value


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a backup cannot keep {type(value).__name__}")


def _set_counters(session: Session) -> None:
    """Make PostgreSQL number new rows after the restored ones; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in _tables():
        key = table.c.get("id")
        if key is not None and key.type.python_type is int:
            counter = func.pg_get_serial_sequence(table.name, "id")
            session.execute(select(func.setval(counter, select(func.max(key)).scalar_subquery())))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
