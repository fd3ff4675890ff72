"""The size of the store, the free space on its disk, and the time of its last backup."""

import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from grader.store.audit_log import OPERATOR, record
from grader.store.database import Database
from grader.store.tables import AuditRow

STORE, BACK_UP = "store", "back up"  # subject and action in the audit
SQLITE_BYTES = text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
POSTGRESQL_BYTES = text("SELECT pg_database_size(current_database())")


def size_of(database: Database, session: Session) -> int:
    """Return the bytes of the database."""
    return int(session.scalars(POSTGRESQL_BYTES if database.is_postgresql else SQLITE_BYTES).one())


def room_for(database: Database) -> int | None:
    """Return the free bytes of an SQLite file's disk; None for PostgreSQL, whose disk is on another host."""
    if database.is_postgresql:
        return None
    return shutil.disk_usage(Path(str(database.engine.url.database)).parent).free


def note_backup(session: Session, rows: int) -> None:
    """Record a backup in the audit."""
    record(session, OPERATOR, BACK_UP, STORE, course=None, rows=rows)


def last_backup(session: Session) -> datetime | None:
    """Return when the last backup was made; None if there is none."""
    found = select(func.max(AuditRow.at)).where(AuditRow.subject == STORE, AuditRow.action == BACK_UP)
    return session.scalar(found)
