"""A person with a data folder who runs commands, and the form of an error."""

import os
import subprocess
import sys

from grader.store import open_database
from tests.assignment.samples import ROOT
from tests.grader.support.site import free_port
from tests.grader.support.small_assignments import write_assignment


class Operator:
    """Somebody with a data folder who runs commands."""

    def __init__(self, folder):
        """Keep everything below `folder`."""
        self.folder = folder
        self.data = folder / "data"
        self.database = self.data / "grader.db"
        self.variables = {
            "GRADER_DATA_DIR": str(self.data),
            "GRADER_ASSIGNMENT": str(write_assignment(folder / "assignment")),
            "GRADER_RUNNER": "process",
            "GRADER_PORT": str(free_port()),
            "DATABASE_URL": "",
        }

    def run(self, *arguments, before=(), **variables):
        """Run a command, which ends by itself, by way of the command `before` if there is one."""
        return subprocess.run(
            [*before, sys.executable, "-m", "grader", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **self.variables, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def store(self):
        """Make a store."""
        open_database(f"sqlite:///{self.database}").close()


def assert_one_sentence(done, *words):
    """Check the status and that one line says it."""
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert not [word for word in words if word not in lines[0]], lines[0]
