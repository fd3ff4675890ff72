"""A service for tests as it runs for people: its own processes, a small assignment, clients over HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx2

from grader.store import open_database
from grader.store.courses import assignments_in, courses
from grader.store.states import WAITING
from grader.store.tables import SubmissionRow
from grader.store.tokens import issue_token
from grader.store.users import add_user, set_role
from tests.grader.support.processes import descendants, parent
from tests.grader.support.small_assignments import ROOT, archive, write_assignment

PATIENCE = 90  # seconds until a test gives up on what should take a second or two
POLL_SECONDS = 0.05
COMMAND = (sys.executable, "-m", "grader")
SUBMISSIONS = "/api/v1/submissions"


class Site:
    """A data folder with an assignment beside it, and the processes that a test starts there."""

    def __init__(self, folder, database_url="", write=write_assignment, **variables):
        """Keep all data in `folder`, or in the database at `database_url`; `write` makes the assignment."""
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "GRADER_DATA_DIR": str(folder / "data"),
            "GRADER_ASSIGNMENT": str(write(folder / "assignment")),
            "GRADER_PORT": str(self.port),
            "GRADER_RUNNER": "process",
            "DATABASE_URL": database_url,
            **variables,
        }
        self.processes = []
        self._clients = []
        self.database_url = database_url or f"sqlite:///{folder}/data/grader.db"

    def start(self, *arguments, command=COMMAND, stdout=None):
        """Start a command of the grader and return its process; its log is in the folder."""
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(
                [*command, *arguments],
                env=self.environment,
                stdout=stdout or log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
            )
        self.processes.append(process)
        return process

    def serve(self, *arguments, **options):
        """Start the service and wait until it answers."""
        process = self.start("serve", *arguments, **options)
        self.wait_for(lambda: self.health() or process.poll() is not None)
        assert process.poll() is None, self.log()
        return process

    def wait_for(self, claim):
        """Wait until `claim` is true, and return its result."""
        end = time.monotonic() + PATIENCE
        while not (found := claim()):
            assert time.monotonic() < end, self.log()
            time.sleep(POLL_SECONDS)
        return found

    def wait_for_worker(self):
        """Wait until a worker lives."""
        self.wait_for(lambda: self.health().get("workers"))

    def health(self):
        """Return the answer of /health, or an empty one while the service is down."""
        try:
            return httpx2.get(f"{self.url}/health", timeout=10).json()
        except httpx2.HTTPError:
            return {}

    def pause(self, process):
        """Stop a process while we hold SQLite's lock of writers: if it held it, no other could write."""
        with closing(open_database(self.database_url)) as database, database.write():
            process.send_signal(signal.SIGSTOP)

    def client(self, email="anna@example.edu", role="student"):
        """Return a client of a member of the first course."""
        database = open_database(self.database_url)
        with database.write() as session:
            course = courses(session)[0]
            user = add_user(session, email)
            set_role(session, course.id, user.id, role)
            for assignment in assignments_in(session, [course.id]):
                assignment.hourly_limit, assignment.supersede = None, False
            token = issue_token(session, user.id, "test")
        database.close()
        return self.client_with(token)

    def client_with(self, token):
        """Return a client that carries this token."""
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx2.Client(base_url=self.url, headers=headers, timeout=PATIENCE)
        self._clients.append(client)
        return client

    def wait_until_done(self, client, submission_id):
        """Wait until a submission waits no more, and return it."""

        def done():
            try:
                shown = client.get(f"{SUBMISSIONS}/{submission_id}").json()
            except httpx2.HTTPError:
                return None
            return shown if shown.get("state", WAITING[0]) not in WAITING else None

        return self.wait_for(done)

    def state(self, submission_id):
        """Return a submission's state in the database."""
        database = open_database(self.database_url)
        with database.read() as session:
            state = session.get_one(SubmissionRow, submission_id).state
        database.close()
        return state

    def worker_pids(self):
        """Return the processes that grade, without those that they started."""
        return [pid for process in self.processes for pid in descendants(process.pid) if _is_worker(pid)]

    def log(self):
        """Return the logs of all processes."""
        return (self.folder / "log").read_text()

    def events(self):
        """Return the logged events, those lines that are JSON."""
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def close(self):
        """End all processes."""
        for client in self._clients:
            client.close()
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def hand_in(client, **fields):
    """Hand in a small submission and return the answer."""
    return client.post(SUBMISSIONS, files={"archive": ("work.zip", archive(**fields), "application/zip")})


def _is_worker(pid):
    """Return whether a process is the worker beside the API, which the fork server has forked."""
    try:
        return all(b"forkserver" in Path(f"/proc/{each}/cmdline").read_bytes() for each in (pid, parent(pid)))
    except OSError:
        return False
