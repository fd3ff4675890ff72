"""The store's tables, transactions and files, on SQLite and on PostgreSQL."""

from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from grader.store import open_database
from grader.store.audit_log import AuditFilter, entries, record
from grader.store.columns import StoredRow
from grader.store.states import State
from grader.store.submissions import (
    SubmissionFilter,
    accept,
    page,
)
from grader.store.tables import ArchiveRow, SubmissionRow
from tests.grader.support.course import COURSE, upload
from tests.grader.support.submissions import begin, keep, state_of


def test_migrations_make_the_tables_that_the_code_knows(database):
    """A database made by migrations differs in nothing from the tables that are declared."""
    with database.engine.connect() as connection:
        own = {table.name for table in StoredRow.metadata.sorted_tables}
        options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in own}

        differences = compare_metadata(
            MigrationContext.configure(connection, opts=options), StoredRow.metadata
        )

    assert differences == []


def test_opening_again_keeps_everything(database, database_url, course):
    """A second start finds the rows of the first one."""
    submission = keep(database, course.anna, b"work")

    again = open_database(database_url)

    assert state_of(again, submission) is State.QUEUED
    again.close()


def test_an_error_undoes_the_whole_transaction(database, course):
    """Archive and submission are kept together or not at all."""
    with pytest.raises(LookupError):
        keep_and_fail(database, course.anna)

    with database.read() as session:
        assert session.get(ArchiveRow, upload(course.anna, b"work").sha256) is None
        assert page(session, SubmissionFilter(), 10) == []


def keep_and_fail(database, user_id):
    """Accept an upload, and let the transaction end in an error."""
    with database.write() as session:
        accept(session, upload(user_id, b"work"))
        raise LookupError


def test_the_same_bytes_are_kept_once(database, course):
    """Two submissions of the same bytes share an archive."""
    one, two = keep(database, course.anna, b"work"), keep(database, course.ben, b"work")

    assert one.id != two.id
    assert one.archive_sha256 == two.archive_sha256
    assert begin(database, two).content == b"work"


def test_moments_keep_their_zone(database, course):
    """A moment is read as it was written, in UTC."""
    submission = keep(database, course.anna)

    with database.read() as session:
        received = session.get_one(SubmissionRow, submission.id).received_at

    assert received.utcoffset() == timedelta(0)
    assert received == submission.received_at


@pytest.mark.parametrize("verb", ["UPDATE audit SET actor = 'me'", "DELETE FROM audit"])
def test_the_audit_cannot_be_rewritten(database, verb):
    """The database itself refuses to change or delete audit entries."""
    with database.write() as session:
        record(session, "teacher@example.edu", "regrade", "abc", course=COURSE, reason="fixed test", count=2)

    with pytest.raises(DBAPIError, match="only added"), database.write() as session:
        session.execute(text(verb))

    with database.read() as session:
        assert [(each.actor, each.details) for each in entries(session)] == [
            ("teacher@example.edu", {"count": 2})
        ]


def test_the_audit_is_filtered_and_paged(database):
    """Entries are found by course, actor, action and subject, newest first, before a given one."""
    with database.write() as session:
        for number, course in enumerate([COURSE, "spring", COURSE, None]):
            actor = f"{'ida' if number % 2 else 'tess'}@example.edu"
            record(session, actor, "regrade" if number else "cancel", f"s{number}", course=course)

    def found(**wanted):
        with database.read() as session:
            return [each.subject for each in entries(session, AuditFilter(**wanted), 10)]

    with database.read() as session:
        third = entries(session, limit=2)[-1].id
    assert found() == ["s3", "s2", "s1", "s0"]
    assert found(courses=[COURSE]) == ["s2", "s0"]
    assert found(courses=[COURSE], action="cancel") == ["s0"]
    assert found(actor="ida@example.edu") == ["s3", "s1"]
    assert found(subject="s1") == ["s1"]
    assert found(before=third) == ["s1", "s0"]


def test_sqlite_is_durable(tmp_path):
    """SQLite runs with a write-ahead log, flushed at each commit, and holds foreign keys to their word."""
    database = open_database(f"sqlite:///{tmp_path}/grader.db")

    with database.read() as session:
        found = [
            session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    database.close()
    assert found == ["wal", 2, 1]


def test_an_sqlite_file_is_its_owners_alone(tmp_path):
    """No other user of the machine can read submissions."""
    open_database(f"sqlite:///{tmp_path}/grader.db").close()

    assert (tmp_path / "grader.db").stat().st_mode & 0o777 == 0o600
