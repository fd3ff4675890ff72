"""`grader doctor`: a line for each check, a last line that names each failed check, and the exit status."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import update

from grader.cli.doctor import address, finding, grading, host, store
from grader.cli.doctor.finding import Level
from grader.service_settings import read_service_settings
from grader.settings import read_settings
from grader.store import open_database
from grader.store.queue import open_queue
from grader.store.tables import SubmissionRow
from grader.suite.assignment import load_assignment
from tests.assignment.samples import ROOT
from tests.grader.support.course import hand_in, make_course
from tests.grader.support.site import free_port
from tests.grader.support.small_assignments import write_assignment


@pytest.fixture
def here(monkeypatch, tmp_path):
    """Return a function that sets variables and returns the settings, in a data folder of the test."""
    for name in [name for name in os.environ if name.startswith("GRADER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("GRADER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GRADER_ASSIGNMENT", str(write_assignment(tmp_path / "assignment")))
    monkeypatch.setenv("GRADER_PORT", str(free_port()))

    def settings(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return read_service_settings()

    return settings


def levels(findings):
    """Return the level of each check, and all texts."""
    found = list(findings)
    return [(each.check, each.level) for each in found], " ".join(each.text for each in found)


def spoil(settings, *statements):
    """Change the file of an SQLite store past everything that would keep it whole."""
    with closing(sqlite3.connect(settings.grading.data_dir / "grader.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_host_that_is_ready(here, tmp_path):
    """Each check has a line, the last line is `ready`, and nothing is created."""
    here(GRADER_RUNNER="process")

    done = subprocess.run(
        [sys.executable, "-m", "grader", "doctor"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    lines = done.stdout.splitlines()
    checks = [line.split()[1] for line in lines if line.startswith(("ok ", "note ", "missing "))]
    assert done.returncode == 0, done.stdout
    assert checks == [
        f"{name}:"
        for name in (
            *("versions", "database", "time", "disk", "secret", "address", "TLS", "data", "runners"),
        )
    ]
    assert lines[-1] == "ready"
    assert not (tmp_path / "data").exists()


def test_a_host_that_is_not_ready(here, tmp_path):
    """The last line and the JSON name each failed check, and the exit status is 1."""
    here(DATABASE_URL=f"sqlite:///{tmp_path}/typo/grader.db", GRADER_RUNNER="process")
    command = [sys.executable, "-m", "grader", "doctor"]

    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    as_json = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, check=False)

    document = json.loads(as_json.stdout)
    assert (told.returncode, as_json.returncode) == (1, 1)
    assert told.stdout.splitlines()[-1] == "not ready, missing: database, secret"
    assert (document["ready"], [each["check"] for each in document["missing"]]) == (
        False,
        ["database", "secret"],
    )
    assert not (tmp_path / "typo").exists()


def test_a_store_that_is_well(here, database, database_url):
    """The line has the place without its password, the version, and how large the archives are."""
    make = make_course(database)
    hand_in(database, open_queue(database), make.anna, b"12345")

    found, told = levels(store.check_store(here(DATABASE_URL=database_url)))

    assert found == [("database", Level.OK), ("time", Level.OK)]
    assert "1 archives of 0.0 MB" in told
    assert "version" in told


def test_a_store_of_another_release(here):
    """Older tables are named with both versions."""
    settings = here()
    open_database(settings.database).close()
    spoil(settings, "UPDATE alembic_version SET version_num = '0001'")

    found, told = levels(store.check_store(settings))

    assert found[0] == ("database", Level.MISSING)
    assert "version 0001, and this release needs" in told


def test_a_damaged_store(here):
    """A damaged index, which no page would show, is found."""
    settings = here()
    with closing(open_database(settings.database)) as database:
        make_course(database)
    spoil(
        settings,
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'users')"
        " WHERE name = 'ix_tokens_user_id'",
    )

    found, told = levels(store.check_store(settings))

    assert found[0] == ("database", Level.MISSING)
    assert "damaged" in told
    assert "restore a backup" in told


def test_a_row_that_refers_to_nothing(here):
    """A row whose partner is gone is damage as well."""
    settings = here()
    with closing(open_database(settings.database)) as database:
        make_course(database)
    spoil(settings, "DELETE FROM users WHERE email = 'anna@example.edu'")

    found, told = levels(store.check_store(settings))

    assert found[0] == ("database", Level.MISSING)
    assert "a row of memberships refers to a missing row of users" in told


def test_a_clock_that_was_set_back(here, database, database_url):
    """A submission from the future shows that the clock is wrong."""
    made = hand_in(database, open_queue(database), make_course(database).anna)
    with database.write() as session:
        session.execute(update(SubmissionRow).values(received_at=made.received_at + timedelta(days=1)))

    found, told = levels(store.check_store(here(DATABASE_URL=database_url)))

    assert found[1] == ("time", Level.MISSING)
    assert "set it by NTP" in told


def test_a_secret_that_others_may_read(here, tmp_path):
    """The file of the secret is its owner's alone; the secret itself is never told."""
    settings, secret = here(), "ab" * 32
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "seed-secret").write_text(secret)
    (tmp_path / "data" / "seed-secret").chmod(0o644)

    found, told = levels(host.check_secret(settings))

    assert found == [("secret", Level.MISSING)]
    assert "chmod 600" in told
    assert secret not in told


@pytest.mark.parametrize("content", ["", "nonsense", "ab" * 31])
def test_a_secret_that_is_none(here, tmp_path, content):
    """A file that holds no secret is named."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "seed-secret").write_text(content)

    found, told = levels(host.check_secret(here()))

    assert found == [("secret", Level.MISSING)]
    assert "seed-secret" in told


def test_a_store_whose_secret_is_gone(here):
    """A store without its secret grades on other inputs: that is missing, and no secret is made."""
    settings = here()
    open_database(settings.database).close()

    found, told = levels(host.check_secret(settings))

    assert found == [("secret", Level.MISSING)]
    assert "restore it from a backup" in told
    assert not (settings.grading.data_dir / "seed-secret").exists()


def test_a_port_that_another_program_has(here):
    """Another listener is not taken for the service itself."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        other.settimeout(0.1)
        address.SECONDS, before = 0.2, address.SECONDS
        try:
            found, told = levels(address.check_address(here(GRADER_PORT=str(other.getsockname()[1]))))
        finally:
            address.SECONDS = before

    assert found[0] == ("address", Level.MISSING)
    assert "cannot listen" in told


@pytest.mark.parametrize(
    ("url", "level", "words"),
    [
        ("http://grader.example.edu", Level.MISSING, "travel unprotected"),
        ("https://grader.invalid", Level.NOTE, "cannot be reached from here"),
        ("http://localhost:8000", Level.OK, "this machine"),
        ("", Level.OK, "this machine only"),
    ],
)
def test_the_public_address(here, url, level, words):
    """An address for others begins with https."""
    found, told = levels(address.check_address(here(GRADER_PUBLIC_URL=url)))

    assert found[1] == ("TLS", level)
    assert words in told


def test_a_disk_without_rights(here, tmp_path, monkeypatch):
    """A folder that this user may not write is named."""
    monkeypatch.setattr(os, "access", lambda *_: False)

    found, told = levels(host.check_disk(here()))

    assert found == [("disk", Level.MISSING)]
    assert str(tmp_path) in told


@pytest.mark.parametrize(("free", "level"), [(20, Level.MISSING), (29, Level.NOTE), (34, Level.OK)])
def test_a_disk_that_fills(here, monkeypatch, free, level):
    """Little room is worth a note, too little for an upload is missing."""
    monkeypatch.setattr(host.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1 << free}))

    assert levels(host.check_disk(here()))[0] == [("disk", level)]


def data_of_the_suite():
    """Return the findings on the data that the assignment of the settings needs."""
    return levels(grading.check_data(load_assignment(read_settings().assignment)))


@pytest.mark.tool
def test_data_that_is_here(here):
    """MNIST is looked for as grading does."""
    if not os.environ.get("SMULGRAD_DATA"):
        pytest.skip("SMULGRAD_DATA names no folder with the MNIST files")
    here(GRADER_ASSIGNMENT=str(ROOT))

    found, told = data_of_the_suite()

    assert found == [("data", Level.OK)]
    assert "MNIST is here" in told


def test_data_that_is_nowhere(here, tmp_path):
    """Without a source of MNIST the line gives the remedy."""
    here(GRADER_ASSIGNMENT=str(ROOT), XDG_CACHE_HOME=str(tmp_path))
    here(SMULGRAD_DATA="", SMULGRAD_MIRRORS="", PATH="")

    found, told = data_of_the_suite()

    assert found == [("data", Level.MISSING)]
    assert "MNIST could not be loaded" in told


def test_a_suite_without_data(here):
    """A suite that states no data needs none."""
    here()

    assert data_of_the_suite()[0] == [("data", Level.OK)]


def test_a_finding_is_one_line():
    """Of a long text the line has the first sentence; JSON has all."""
    assert str(finding.missing("data", "It is gone.\nIn detail: ...")) == "missing  data: It is gone."
