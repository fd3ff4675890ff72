"""The temporary folder after `kill -9`: of a process that grades, and of a zygote."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.boundary.channel import Channel
from grader.boundary.interface import Interface
from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import DockerOptions
from grader.sandbox.runner import Allowance
from grader.sandbox.runner_choice import every_runner
from tests.grader.support.processes import are_over, descendants

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time
from grader.sandbox.runner_choice import every_runner
from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import DockerOptions
from grader.sandbox.runner import Allowance
from grader.probe import trial

[kind] = [kind for kind in every_runner(Docker()) if kind.name == sys.argv[1]]
with trial._surroundings():
    runner = kind(Allowance())
    processes = [runner.open(), runner.open()]
    print("ready", flush=True)
    time.sleep(1_000)
"""
LIMIT = """
import resource

def limit():
    return list(resource.getrlimit(resource.RLIMIT_NPROC))
"""
KINDS = {kind.name: kind for kind in every_runner(Docker(DockerOptions(pool=0)))}


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return the folder in which processes that start from now on make temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def is_empty(folder, seconds=10.0):
    """Wait for a folder to become empty; tell whether it did."""
    end = time.monotonic() + seconds
    while any(folder.iterdir()) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(folder.iterdir())


@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_left_when_a_process_that_grades_is_killed(name, temporary):
    """All files in the temporary folder go with it, the probe's too."""
    worker = subprocess.Popen([sys.executable, "-c", HOLD, name], cwd=ROOT, stdout=subprocess.PIPE)
    assert worker.stdout.readline() == b"ready\n"
    assert any(temporary.iterdir())
    below = descendants(worker.pid)

    worker.kill()
    worker.communicate()

    assert are_over(below)
    assert is_empty(temporary)


@pytest.mark.parametrize("name", ["jail", "bwrap"])
def test_nothing_is_left_when_a_zygote_is_killed(name, temporary):
    """A zygote keeps nothing in the temporary folder."""
    runner = KINDS[name](Allowance())
    process = runner.open()
    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError):  # bwrap's processes end with the first of them
            os.kill(pid, signal.SIGKILL)
    process.kill()
    runner.close()

    assert is_empty(temporary)


@pytest.mark.parametrize("name", KINDS)
def test_the_tasks_of_a_student_process_are_limited(name):
    """RLIMIT_NPROC is set for good in every runner."""
    runner = KINDS[name](Allowance())
    process = runner.open()
    channel = Channel(process.stream, Interface())
    channel.limit_time(60)
    channel.load({"tests/adapters.py": LIMIT.encode()})

    soft, hard = channel.ask("call", "limit", [], {})

    process.kill()
    runner.close()
    assert 0 < soft == hard < 1 << 20
