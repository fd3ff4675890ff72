"""Migrations: a store that an earlier release filled has everything that this one needs."""

import json
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, insert, select

from grader.core.report import to_document
from grader.core.scoring import Outcome
from grader.store import open_database, open_existing
from grader.store.columns import StoredRow
from grader.store.database import open_as_it_is
from grader.store.migrate import AbsentStoreError, WrongStoreError, configuration, stored_version
from grader.store.tables import FailedTestRow, ReportRow
from grader.store.verdict import FailedTest, verdict_of
from tests.grader.support.reports import report, result

REPORTS = {
    "lossy": report(
        result(name="test_a", outcome=Outcome.FAILED, message="the number is wrong\nexpected 2"),
        result(name="test_b"),
        result("TestTaking", "test_takes", Outcome.ERROR, message="\tValueError: " + "x" * 300),
        result("TestRoots", "test_root", Outcome.NOT_JUDGED, message="ours"),
    ),
    "perfect": report(),
}
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
SUBMITTED = {
    "assignment_id": "sums",
    "user_id": 1,
    "archive_sha256": "ab",
    "state": "graded",
    "attempt": 1,
    "attempt_limit": 3,
    "priority": 50,
    "reason": "",
    "received_at": NOW,
    "queued_at": NOW,
}
REPORTED = {
    "attempt": 1,
    "status": "graded",
    "score": 1.5,
    "max_score": 5,
    "bonus": 4,
    "max_bonus": 4,
    "suite_sha256": "s",
    "rubric_sha256": "r",
    "seconds": 1.25,
    "created_at": NOW,
}
ROWS = {
    "users": [{"id": 1, "email": "anna@example.edu", "name": "Anna", "created_at": NOW}],
    "courses": [{"id": "autumn", "title": "Autumn", "created_at": NOW}],
    "assignments": [
        {"id": "sums", "course_id": "autumn", "title": "Sums", "supersede": True, "created_at": NOW}
    ],
    "archives": [{"sha256": "ab", "content": b"PK", "created_at": NOW}],
    "submissions": [{"id": name, **SUBMITTED} for name in REPORTS],
    "reports": [
        {"submission_id": name, "document": json.dumps(to_document(kept)), **REPORTED}
        for name, kept in REPORTS.items()
    ],
}


@pytest.fixture
def earlier_url(database_url, monkeypatch):
    """Return the URL of a store at version 0001 that keeps the reports."""
    with monkeypatch.context() as patch:
        patch.setattr("grader.store.database.migrate", migrate_to_0001)
        earlier = open_database(database_url)
    tables = MetaData()
    tables.reflect(earlier.engine)
    with earlier.write() as session:
        for name, rows in ROWS.items():
            session.execute(insert(tables.tables[name]), rows)
    earlier.close()
    return database_url


def migrate_to_0001(engine):
    """Make the tables of the first release."""
    with engine.execution_options(writes=True).begin() as connection:
        command.upgrade(configuration(connection), "0001")


def test_what_staff_count_is_taken_from_the_kept_reports(earlier_url):
    """Points and losses are those that publishing the same reports today would keep; all else stays."""
    database = open_database(earlier_url)

    with database.read() as session:
        rows = {row.submission_id: row for row in session.scalars(select(ReportRow))}
        losses = session.scalars(select(FailedTestRow).order_by(FailedTestRow.test)).all()
    database.close()
    assert {name: row.points for name, row in rows.items()} == {
        name: verdict_of(kept).points for name, kept in REPORTS.items()
    }
    assert {name: row.document for name, row in rows.items()} == {
        name: json.dumps(to_document(kept)) for name, kept in REPORTS.items()
    }
    assert (rows["lossy"].score, rows["lossy"].created_at) == (1.5, NOW)
    assert {(row.submission_id, row.attempt) for row in losses} == {("lossy", 1)}
    assert (
        tuple(FailedTest(row.problem, row.test, row.outcome, row.reason) for row in losses)
        == verdict_of(REPORTS["lossy"]).failed_tests
    )


def test_a_store_of_an_earlier_release_has_todays_tables(earlier_url):
    """Coming from 0001 or from nothing makes no difference."""
    database = open_database(earlier_url)

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, StoredRow.metadata)

    database.close()
    assert differences == []


def test_a_store_of_an_earlier_release_is_left_alone(earlier_url):
    """Who needs a store of this release is refused an older one, and changes nothing in it."""
    with pytest.raises(WrongStoreError, match="version 0001, and this release needs"):
        open_existing(earlier_url)

    database = open_as_it_is(earlier_url)
    assert stored_version(database.engine) == "0001"
    database.close()


def test_an_absent_store_is_not_made(database_url):
    """Who needs a store is refused an empty database, and makes no table in it."""
    for _ in range(2):
        with pytest.raises(AbsentStoreError, match="there is no store here"):
            open_existing(database_url)
