"""The service in containers for tests: the project's docker-compose.yml, under a name and port of its own."""

import json
import os
import re
import secrets
import shutil
import subprocess
import time

import httpx2

from grader.client import ServiceClient, ServiceError
from tests.assignment.samples import ROOT
from tests.grader.support.site import PATIENCE, free_port

POLL_SECONDS = 0.25
COMPOSE = ("docker-compose",) if shutil.which("docker-compose") else ("docker", "compose")
LOGGED = re.compile(r"^(\S+) +\| (\{.*)$", re.MULTILINE)


class Stack:
    """A project of Compose; nothing runs before `compose("up", ...)`."""

    def __init__(self, **variables):
        """Have the file take these `variables` besides its secrets and its port."""
        self.name = f"grader-test-{os.getpid()}-{secrets.token_hex(3)}"
        self.url = f"http://localhost:{(port := free_port())}"
        self._environment = {
            **os.environ,
            "GRADER_SECRET": secrets.token_hex(32),
            "POSTGRES_PASSWORD": secrets.token_hex(24),
            "GRADER_PORT": str(port),
            **variables,
        }

    def compose(self, *arguments, check=True):
        """Run a command of Compose on the project."""
        project = ("--file", ROOT / "docker-compose.yml", "--project-name", self.name)
        done = run(*COMPOSE, *project, *arguments, env=self._environment)
        assert done.returncode == 0 or not check, done.stderr
        return done

    def grader(self, *arguments):
        """Run a command of the grader in the API's container; return the last line that it prints."""
        done = self.compose("exec", "-T", "api", "python", "-m", "grader", *arguments)
        return done.stdout.splitlines()[-1]

    def wait_for(self, claim):
        """Wait until `claim` returns a true value, and return it; fail with the logs."""
        end = time.monotonic() + PATIENCE
        try:
            while not (found := claim()):
                assert time.monotonic() < end
                time.sleep(POLL_SECONDS)
        except (AssertionError, ServiceError) as failed:
            raise AssertionError(f"{failed}\n{self._last_words()}") from None
        return found

    def wait_for_workers(self, count, runner):
        """Wait until so many workers live, all of them with this runner."""
        expected = {"status": "ready", "workers": count, "runners": [runner]}
        self.wait_for(lambda: {**(found := self.health()), **expected} == found)

    def wait_until_done(self, connection, submission_id):
        """Wait until a submission waits no more, and return it."""
        waiting = {"queued", "grading"}
        self.wait_for(lambda: connection.submission(submission_id)["state"] not in waiting)
        return connection.submission(submission_id)

    def connection(self, token):
        """Return a connection in the name of `token`."""
        return ServiceClient(self.url, token)

    def who(self, token):
        """Return the service's answer about the owner of `token`."""
        return httpx2.get(f"{self.url}/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json()

    def events(self, service):
        """Return the log lines of a service's containers: the container's name and the event of each."""
        logged = self.compose("logs", "--no-color", service).stdout
        return [(name, json.loads(event)) for name, event in LOGGED.findall(logged)]

    def containers(self, service):
        """Return the ids of the containers of a service."""
        return self.compose("ps", "--quiet", service).stdout.split()

    def left(self):
        """Return the project's containers, volumes and networks that the engine still has."""
        own = ("--quiet", "--filter", f"label=com.docker.compose.project={self.name}")
        kinds = (("ps", "--all"), ("volume", "ls"), ("network", "ls"))
        return [line for kind in kinds for line in run("docker", *kind, *own).stdout.split()]

    def health(self):
        """Return the answer of /health, or nothing while nobody answers."""
        try:
            return httpx2.get(f"{self.url}/health", timeout=10).json()
        except httpx2.HTTPError:
            return {}

    def close(self):
        """Remove everything."""
        self.compose("--profile", "docker", "down", "--volumes")

    def _last_words(self):
        return self.compose("logs", "--no-color", "--tail", "30").stdout


def run(*command, **options):
    """Run a command to its end and return it, whatever its status."""
    return subprocess.run(
        [*map(str, command)], check=False, capture_output=True, text=True, timeout=300, **options
    )
