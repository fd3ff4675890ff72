"""The group commit on both databases: one transaction for many, and no harm from one to another."""

import threading
from concurrent.futures import wait

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from grader.store import open_database
from grader.store.group_commit import LARGEST_GROUP, GroupCommit
from grader.store.users import add_user, find_user

PATIENCE = 30


class Members:
    """Keeps people by their names, and notes the groups in which they came."""

    def __init__(self, database):
        """Write into `database`; let the first group wait until `go_on` is set."""
        self.groups, self.go_on, self.began = [], threading.Event(), threading.Event()
        self.commit = GroupCommit(database, self.keep, apart_by=lambda name: name.partition(" ")[0])
        self._database = database

    def keep(self, session, names):
        """Add people, but fail for one that is called `wrong`."""
        self.groups.append(list(names))
        self.began.set()
        assert self.go_on.wait(PATIENCE)
        kept = [add_user(session, address(name)).email for name in names]
        if any(name.startswith("wrong") for name in names):
            raise LookupError("a wrong name")
        return kept

    def hand_in(self, *names):
        """Submit the first name, and the others while its group is being written; return their futures."""
        first = self.commit.submit(names[0])
        assert self.began.wait(PATIENCE)
        others = [self.commit.submit(name) for name in names[1:]]
        self.go_on.set()
        wait([first, *others], PATIENCE)
        return [first, *others]

    def are_kept(self, *names):
        """Return for each name whether it is in the database."""
        with self._database.read() as session:
            return [find_user(session, address(name)) is not None for name in names]


def address(name):
    """Return an e-mail address for a name."""
    return f"{name.replace(' ', '-')}@example.edu"


@pytest.fixture
def members(database):
    """Return the members of an empty store."""
    return Members(database)


def test_those_who_come_meanwhile_share_a_transaction(database, members):
    """Items that arrive while a group is written are in the next one, and each gets its own result."""
    commits = []
    event.listen(database.engine, "commit", commits.append)

    futures = members.hand_in("a", "b", "c", "d")

    assert members.groups == [["a"], ["b", "c", "d"]]
    assert [each.result() for each in futures] == [address(name) for name in "abcd"]
    assert members.are_kept("a", "b", "c", "d") == [True] * 4
    assert len(commits) == 2


def test_nobody_is_answered_before_the_commit(members):
    """Another connection sees the row of an item once its result is there, and not before."""
    first = members.commit.submit("a")
    assert members.began.wait(PATIENCE)

    before = (first.done(), members.are_kept("a"))
    members.go_on.set()
    first.result(PATIENCE)

    assert before == (False, [False])
    assert members.are_kept("a") == [True]


def test_one_that_fails_fails_alone(members):
    """An error of one item undoes its group, whose others are then written each by itself."""
    futures = members.hand_in("a", "b", "wrong", "c")

    assert members.are_kept("a", "b", "wrong", "c") == [True, True, False, True]
    assert [each.exception() is None for each in futures] == [True, True, False, True]
    assert isinstance(futures[2].exception(), LookupError)
    assert members.groups == [["a"], ["b", "wrong", "c"], ["b"], ["wrong"], ["c"]]


def test_items_that_belong_apart_are_in_groups_apart(members):
    """A second item of the same mark waits for the next group, in the order in which they came."""
    futures = members.hand_in("a 1", "b 1", "b 2", "b 3", "c 1")

    assert members.groups == [["a 1"], ["b 1", "c 1"], ["b 2"], ["b 3"]]
    assert all(each.exception() is None for each in futures)


def test_a_group_has_a_largest_size(members):
    """Hundreds that wait are written in several groups, and none is left."""
    names = [f"n{number}" for number in range(LARGEST_GROUP + 10)]

    futures = members.hand_in("first", *names)

    assert [len(group) for group in members.groups] == [1, LARGEST_GROUP, 10]
    assert all(each.exception() is None for each in futures)


def test_who_left_is_not_written(members):
    """An item that was withdrawn while it waited is not kept."""
    members.commit.submit("a")
    assert members.began.wait(PATIENCE)
    gone, kept = members.commit.submit("gone"), members.commit.submit("kept")

    assert gone.cancel()
    members.go_on.set()
    kept.result(PATIENCE)

    assert members.are_kept("gone", "kept") == [False, True]


def test_a_database_that_is_gone_is_told_to_all_at_once(database, members, monkeypatch):
    """When no transaction begins, all items get the error, after one try."""
    tries = []

    def gone(*_):
        tries.append(1)
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    first = members.commit.submit("a")
    assert members.began.wait(PATIENCE)
    monkeypatch.setattr(type(database), "write", gone)
    others = [members.commit.submit(name) for name in "bcd"]
    members.go_on.set()
    wait(others, PATIENCE)

    assert first.exception() is None
    assert all(isinstance(each.exception(), OperationalError) for each in others)
    assert len(tries) == 1


def test_it_goes_on_when_the_database_is_back(database, members, monkeypatch):
    """An error leaves nothing behind that would keep later items out."""
    members.go_on.set()
    with monkeypatch.context() as context:
        context.setattr(type(database), "write", lambda _: 1 / 0)
        failed = members.commit.submit("a").exception(PATIENCE)

    again = members.commit.submit("a").result(PATIENCE)

    assert isinstance(failed, ZeroDivisionError)
    assert again == address("a")


def test_closing_the_database_writes_what_waits(tmp_path):
    """Those who wait for company are written at once when the database is closed, and nobody is lost."""
    database = open_database(f"sqlite:///{tmp_path}/grader.db")
    members = Members(database)
    members.go_on.set()
    patient = GroupCommit(database, members.keep, apart_by=str, max_delay=10 * PATIENCE)
    waiting = patient.submit("a")

    database.close()

    assert waiting.result(0) == address("a")
    assert members.are_kept("a") == [True]
    database.engine.dispose()


def test_a_disk_that_is_full_for_one_is_not_for_the_others(tmp_path):
    """An item too large for the free space is not kept; small ones of the same group are."""
    database = open_database(f"sqlite:///{tmp_path}/grader.db")
    members = Members(database)
    with database.engine.connect() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    event.listen(
        database.engine,
        "connect",
        lambda connection, _: connection.execute(f"PRAGMA max_page_count={used}").fetchall(),
    )
    database.engine.dispose()

    futures = members.hand_in("a", "b", f"large-{'x' * 100_000}", "c")

    assert [each.exception() is None for each in futures] == [True, True, False, True]
    assert members.are_kept("a", "b", "c") == [True] * 3
    database.close()
