"""Processors that jobs have for themselves."""

import os
import signal
import subprocess
import sys

import pytest

from grader.suite.processors import Processors, keep, usable

TAKES_ONE = """
import sys, time
from pathlib import Path
from grader.suite.processors import Processors
with Processors(Path(sys.argv[1])).one() as number:
    print(number, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def processors(tmp_path):
    """Return the processors that the files of a folder share."""
    return Processors(tmp_path / "shared")


def test_no_two_jobs_have_one_processor(processors, monkeypatch):
    """Jobs that run at a time get different processors; one that is over leaves its own to the next."""
    monkeypatch.setattr("grader.suite.processors.usable", lambda: [3, 5])

    with processors.one() as first:
        with processors.one() as second:
            assert (first, second) == (3, 5)
        with processors.one() as third:
            assert third == second


def test_a_job_too_many_has_none(processors, monkeypatch):
    """Where all processors are taken, the kernel places the job."""
    monkeypatch.setattr("grader.suite.processors.usable", lambda: [3])

    with processors.one(), processors.one() as second:
        assert second is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    """Without locks, no processor is given."""
    (tmp_path / "file").write_text("in the way")

    with Processors(tmp_path / "file" / "below").one() as number:
        assert number is None


def test_a_killed_grader_holds_no_processor(processors, tmp_path, monkeypatch):
    """The kernel gives back the locks of a process that died by SIGKILL."""
    [only, *_] = usable()
    monkeypatch.setattr("grader.suite.processors.usable", lambda: [only])
    command = [sys.executable, "-c", TAKES_ONE, str(tmp_path / "shared")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        taken = int(other.stdout.readline())
        with processors.one() as meanwhile:
            assert meanwhile != taken
        other.send_signal(signal.SIGKILL)

    with processors.one() as after:
        assert after == taken


def test_a_process_that_is_gone_or_elsewhere_is_no_error():
    """A process that has ended cannot be kept anywhere, and without a processor nothing changes."""
    before = os.sched_getaffinity(0)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()

    keep(ended.pid, usable()[0])
    keep(os.getpid(), None)

    assert os.sched_getaffinity(0) == before
