"""Commands on a store that is absent, old, new, foreign or empty: one sentence each, and exit status 2."""

import sqlite3
from contextlib import closing

import pytest

from tests.grader.support.operator import assert_one_sentence

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "command",
    [
        ("worker",),
        ("audit",),
        ("backup", "FILE"),
        ("user", "list"),
        ("user", "add", "anna@example.edu"),
        ("user", "token", "anna@example.edu"),
        ("user", "link", "anna@example.edu"),
        ("user", "tokens", "anna@example.edu"),
        ("user", "revoke", "0123456789ab"),
        ("user", "shut-out", "anna@example.edu"),
        ("course", "list"),
        ("course", "import-roster", "ROSTER"),
    ],
    ids=" ".join,
)
def test_an_absent_store(operator, command):
    """A command that needs a store names the place where none is, and makes nothing there."""
    roster, file = operator.folder / "roster.csv", operator.folder / "b.zip"
    roster.write_text("First Name,Last Name,Email,Sections,Role\nEva,Ek,eva@example.edu,B,Student\n")
    names = {"ROSTER": str(roster), "FILE": str(file)}

    done = operator.run(*(names.get(part, part) for part in command))

    assert_one_sentence(done, str(operator.database), "there is no store here", "GRADER_DATA_DIR")
    assert not [path for path in (operator.data, file) if path.exists()]


def test_an_absent_store_at_a_url(operator):
    """The file that DATABASE_URL names is not made either."""
    place = operator.folder / "typo" / "grader.db"

    done = operator.run("backup", operator.folder / "b.zip", DATABASE_URL=f"sqlite:///{place}")

    assert_one_sentence(done, str(place), "there is no store here", "DATABASE_URL")
    assert not place.parent.exists()


def test_an_empty_file_is_no_store(operator):
    """A database without tables is no store, and no command fills it without being asked to."""
    operator.data.mkdir()
    operator.database.touch()

    assert_one_sentence(operator.run("backup", operator.folder / "b.zip"), "there is no store here")
    assert not operator.database.stat().st_size


def test_a_store_without_its_secret_elsewhere(operator):
    """A backup from a mistyped data folder is refused: it would hold a secret that no grade used."""
    operator.store()

    done = operator.run(
        "backup",
        operator.folder / "b.zip",
        DATABASE_URL=f"sqlite:///{operator.database}",
        GRADER_DATA_DIR=str(operator.folder / "typo"),
    )

    assert_one_sentence(done, "GRADER_DATA_DIR", "typo", "GRADER_SECRET")
    assert not (operator.folder / "typo").exists()


@pytest.mark.parametrize("command", [("audit",), ("worker",), ("backup", "FILE")], ids=" ".join)
def test_an_older_store(operator, command):
    """Only `grader serve` brings tables up to date, so that a backup before an upgrade can be restored."""
    operator.store()
    with closing(sqlite3.connect(operator.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()

    done = operator.run(*(operator.folder / "b.zip" if part == "FILE" else part for part in command))

    assert_one_sentence(done, "grader.db", "version 0001", "`grader serve` brings them up to date")
    assert not (operator.folder / "b.zip").exists()


def test_pruning_is_shown_before_it_is_done(operator):
    """Without `--delete` the command only names the rows that it would free; the audit records a deletion."""
    operator.store()

    shown = operator.run("prune")
    before = operator.run("audit").stdout
    done = operator.run("prune", "--delete")
    after = operator.run("audit").stdout

    assert (shown.returncode, done.returncode, before) == (0, 0, ""), done.stderr
    assert "archives\t0 rows\t0.0 MB" in shown.stdout
    assert "Nothing is changed; `grader prune --delete` removes it." in shown.stdout
    assert "Removed, 0.0 MB." in done.stdout
    assert "operator\tprune\tstore" in after


@pytest.mark.parametrize("command", [("audit",), ("serve", "--no-worker")], ids=" ".join)
def test_a_newer_database(operator, command):
    """Tables of a newer release are left alone."""
    operator.store()
    with closing(sqlite3.connect(operator.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    done = operator.run(*command)

    assert_one_sentence(done, "grader.db", "version 9999", "run the release that wrote them")


def test_a_database_of_another_program(operator):
    """Tables of another program are not mixed with ours."""
    operator.data.mkdir()
    with closing(sqlite3.connect(operator.database)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")

    assert_one_sentence(operator.run("audit"), "grader.db", "tables of another program", "name an empty one")
