"""Backups: everything comes back, on either kind of database, and work goes on from there."""

import threading
import zipfile

import pytest
from sqlalchemy import select

from grader.core.scoring import Outcome
from grader.store import open_database
from grader.store.attempts import publish, take
from grader.store.audit_log import record
from grader.store.backup import FORGOTTEN, BackupError, _tables, back_up, restore
from grader.store.places import finish_trace, start_trace
from grader.store.queue import open_queue
from grader.store.queue.heartbeat import make_row
from grader.store.queue.port import WorkerInfo
from grader.store.submissions import Basis
from grader.store.tables import SubmissionRow
from grader.store.tokens import issue_token, verify_token
from grader.store.users import add_user
from grader.store.verdict import FailedTest
from tests.grader.support.course import hand_in, make_course, verdict

SECRET = bytes(range(32))


@pytest.fixture
def filled(database):
    """Return a store with a bit of everything, and a token that opens it."""
    course = make_course(database, hourly_limit=None)
    queue = open_queue(database)
    graded, _waiting = (
        hand_in(database, queue, course.anna, b"one"),
        hand_in(database, queue, course.ben, b"two"),
    )
    with database.write() as session:
        losses = (FailedTest("adding", "test_adds", Outcome.FAILED, "the number is wrong"),)
        publish(session, take(session, graded.id, "worker"), verdict(failed_tests=losses))
        finish_trace(session, start_trace(session, Basis("s" * 64, "r" * 64)), {})
        record(
            session,
            "teacher@example.edu",
            "regrade",
            graded.id,
            course="autumn",
            reason="\N{SNOWMAN}",
            count=1,
        )
        session.add(make_row(WorkerInfo("w", 1, "jail"), 0, session))
        return issue_token(session, course.anna, "laptop")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path, database_url):
    """Return an empty store of each kind, other than the filled one."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/other/grader.db"
    else:
        cluster = request.getfixturevalue("cluster")
        url = cluster.second_database() if "postgresql" in database_url else cluster.emptied_database()
    opened = open_database(url)
    yield opened
    opened.close()


def rows(database):
    """Return all stored rows by table, without the values that a restore clears."""
    with database.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(_kept(table).order_by(*table.primary_key))]
            for table in _tables()
        }


def _kept(table):
    forgotten = FORGOTTEN if table.name == SubmissionRow.__tablename__ else ()
    return select(*(column for column in table.columns if column.name not in forgotten))


def test_everything_comes_back_on_either_database(database, filled, empty, tmp_path):
    """A restored store has the very rows of the one that was backed up, opens to its tokens, and goes on."""
    before, secrets = rows(database), []
    back_up(database, tmp_path / "backup", SECRET)

    restore(empty, tmp_path / "backup", secrets.append)

    with empty.write() as session:
        known = verify_token(session, filled)
        newcomer = add_user(session, "new@example.edu").id
    restored = rows(empty)
    assert secrets == [SECRET]
    assert known.label == "laptop"
    assert newcomer not in {row[0] for row in before["users"]}
    assert {**restored, "users": restored["users"][:-1]} == before


def test_what_waited_is_graded_after_a_restore(database, filled, empty, tmp_path):
    """A submission that was queued when the backup was made reaches a worker of the restored store."""
    assert filled
    back_up(database, tmp_path / "backup", SECRET)
    restore(empty, tmp_path / "backup", lambda _: None)
    queue, seen, stop = open_queue(empty), [], threading.Event()
    with empty.read() as session:
        assert [row.ticket for row in session.scalars(select(SubmissionRow))] == [None, None]

    def work(submission_id):
        seen.append(submission_id)
        stop.set()

    queue.reap()
    queue.run_worker(WorkerInfo("w", 1, "jail"), work, stop)

    assert len(seen) == 1


def test_a_backup_is_its_owners_alone(database, filled, tmp_path):
    """It holds students' work and the secret: nobody else may read it."""
    assert filled
    back_up(database, tmp_path / "backup", SECRET)

    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob("backup*")] == ["backup"]


def test_a_store_that_is_not_empty_is_left_alone(database, filled, tmp_path):
    """A restore into a store with rows is refused."""
    assert filled
    back_up(database, tmp_path / "backup", SECRET)

    with pytest.raises(BackupError, match="not empty"):
        restore(database, tmp_path / "backup", lambda _: None)


@pytest.mark.parametrize("content", ["nothing", "other zip"])
def test_what_is_no_backup(tmp_path, content):
    """A file that is no backup gets a message about it, and nothing changes."""
    database = open_database(f"sqlite:///{tmp_path}/grader.db")
    path = tmp_path / "file"
    path.write_text(content)
    if content == "other zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x", "")

    with pytest.raises(BackupError, match="no backup"):
        restore(database, path, lambda _: None)
    database.close()
