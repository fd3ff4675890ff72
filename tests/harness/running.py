"""A running service for tests: `grader serve` as an operator starts it, on a small, quick assignment."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx2
import yaml
from sqlalchemy import func, select

from grader.store import Database
from grader.store.tables import Progress, Report, Submission, Worker

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds until a test gives up
SLOW_TESTS = '''"""Tests that take their time."""

import time


class TestSlowly:
    """Takes a while on the trusted side, so that a test can strike meanwhile."""

    def test_one(self):
        """Waits."""
        time.sleep(0.6)

    def test_two(self):
        """Waits."""
        time.sleep(0.6)

    def test_three(self):
        """Waits."""
        time.sleep(0.6)
'''


def small_assignment(folder, *, slow=False):
    """Write an assignment with the first part only into `folder`, and slow tests at its end if asked for."""
    ignored = shutil.ignore_patterns("__pycache__", "test_part[2-6]*", "test_bonus*", "harness", "demo*")
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=ignored)
    rubric = yaml.safe_load((ROOT / "rubric.yaml").read_text())
    [part, *_] = rubric["parts"]
    if slow:
        (folder / "tests" / "cases" / "test_part1_slowly.py").write_text(SLOW_TESTS)
        part["problems"].append({"id": "slowly", "title": "Slowly", "points": 1, "tests": "TestSlowly"})
    total = sum(problem["points"] for problem in part["problems"])
    small = {**rubric, "total": total, "parts": [part]}
    small.pop("bonus")
    (folder / "rubric.yaml").write_text(yaml.safe_dump(small))
    return total


class Running:
    """A service in a process group of its own."""

    def __init__(self, folder, assignment, *, slots=2, **variables):
        """Start it, with its data in `folder`."""
        self.folder = folder
        self.port = free_port()
        self.environment = {
            **os.environ,
            "GRADER_DATA_DIR": str(folder / "data"),
            "GRADER_ASSIGNMENT": str(assignment),
            "GRADER_RUNNER": "process",
            "GRADER_PORT": str(self.port),
            "GRADER_SLOTS": str(slots),
            **variables,
        }
        self.token = ""
        self.start()

    def start(self):
        """Start the service and wait until it is ready, with a living worker."""
        with (self.folder / "out").open("ab") as out, (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "grader", "serve"]
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=out, stderr=log, start_new_session=True, cwd=self.folder
            )
        until(self._is_ready, self.log)
        self.token = re.search(r"^grader_\S+$", (self.folder / "out").read_text(), re.MULTILINE)[0]

    def kill(self):
        """End all its processes as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """End it as an operator does; return its exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def log(self):
        """Return what it logged."""
        return (self.folder / "log").read_text()

    def client(self):
        """Return a client with the admin's token."""
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=PATIENCE,
        )

    def hand_in(self, client, content):
        """Hand in a zip, again if need be; return the submission's id."""
        answer = client.post(
            "/api/v1/submissions", files={"archive": ("work.zip", content)}, data={"again": "true"}
        )
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]

    def _is_ready(self):
        assert self.process.poll() is None, self.log()
        try:
            return httpx2.get(f"http://127.0.0.1:{self.port}/health/ready").json()["status"] == "ready"
        except (httpx2.TransportError, KeyError):
            return False


@contextmanager
def running(folder, assignment, **options):
    """Run a service while the block runs."""
    service = Running(folder, assignment, **options)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.kill()


class Store:
    """Looks into the store of a running service."""

    def __init__(self, engine):
        """Look through `engine`."""
        self.database = Database(engine)

    def worker_pids(self):
        """Return the processes of the workers that showed life."""
        with self.database.read() as session:
            return [int(name.rsplit("-", 2)[1]) for name in session.scalars(select(Worker.id))]

    def row(self, submission_id):
        """Return a submission."""
        with self.database.read() as session:
            return session.get_one(Submission, submission_id)

    def reports(self, submission_id):
        """Return how many reports there are of a submission."""
        with self.database.read() as session:
            found = select(func.count()).select_from(Report).where(Report.submission_id == submission_id)
            return session.scalars(found).one()

    def tests_done(self, submission_id, attempt=1):
        """Return how many tests of an attempt followers were told of."""
        with self.database.read() as session:
            told = select(Progress).where(Progress.submission_id == submission_id, Progress.kind == "tests")
            events = session.scalars(told.where(Progress.attempt == attempt)).all()
        return max((event.data["done"] for event in events), default=0)


def until(holds, explain=lambda: ""):
    """Wait until `holds()`; fail with what `explain` says when it takes too long."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, explain()
        time.sleep(0.05)


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
