"""A PostgreSQL server for tests: a private cluster on a socket of its own, durable as in production."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.grader.support.processes import are_over, descendants

BINARIES = Path("/usr/lib/postgresql")
OWNER = "postgres"  # initdb refuses root


class Cluster:
    """A running server, its databases and its end."""

    def __init__(self, folder):
        """Make a cluster below `folder` and start it."""
        self._folder = folder
        self._data = folder / "data"
        self._run("initdb", "--pgdata", self._data, "--username", "grader", "--auth", "trust")
        self.start()

    def start(self):
        """Start the server and wait until it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c max_connections=200"
        self._run(
            "pg_ctl", "start", "--wait", "--pgdata", self._data, "--options", options, "--log", self._log
        )

    def kill(self):
        """Stop the server as a crash does: nothing is flushed, and no client gets a message."""
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        below = descendants(pid)
        self._run("pg_ctl", "kill", "KILL", pid)
        assert are_over([pid, *below], seconds=30)  # they hold the memory that a new server waits for
        for lock in (self._data / "postmaster.pid", *self._folder.glob(".s.PGSQL.*.lock")):
            lock.unlink()  # it names a process that looks alive until somebody has waited for it

    def stop(self):
        """Stop the server."""
        self._run("pg_ctl", "stop", "--mode", "immediate", "--no-wait", "--pgdata", self._data)

    def emptied_database(self, name="postgres"):
        """Return the URL of a database with nothing in it: making a new one each time takes far longer."""
        url = f"postgresql://grader@/{name}?host={self._folder}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        return url

    def second_database(self):
        """Return the URL of another database with nothing in it."""
        return self.emptied_database("template1")

    @property
    def _log(self):
        return self._folder / "log"

    def _run(self, program, *arguments):
        command = [str(newest_binaries() / program), *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder, user=owner(), timeout=60)


@contextmanager
def running():
    """Give a cluster, removed afterwards; without PostgreSQL skip the test, which in CI is a failure."""
    if newest_binaries() is None:
        assert not os.environ.get("CI"), "install postgresql: in CI the tests on it are not skipped"
        pytest.skip("PostgreSQL is not installed")
    folder = new_folder()
    started = Cluster(folder)
    yield started
    started.stop()
    remove(folder)


def newest_binaries():
    """Return the folder of the newest server programs, or None."""
    found = sorted(BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def owner():
    """Return the user that the server runs as: another one where this is root."""
    return OWNER if os.geteuid() == 0 else None


def new_folder():
    """Return a folder with a short path, as sockets need, that the server's user owns."""
    folder = Path(tempfile.mkdtemp(prefix="grader-pg-"))
    if owner():
        entry = pwd.getpwnam(OWNER)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder


def remove(folder):
    """Remove the files of a cluster."""
    shutil.rmtree(folder, ignore_errors=True)
