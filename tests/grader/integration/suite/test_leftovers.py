"""The surroundings of a run: the environment of a submission's process, and leftovers of it."""

import os
import socket
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from grader.core.scoring import Outcome
from grader.sandbox.process import ProcessRunner
from grader.sandbox.runner import Allowance
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteProcess
from grader.suite.start import StartedSuite
from tests.grader.support.processes import are_over
from tests.grader.support.small_suite import RIGHT, run_suite, write_suite
from tests.grader.support.suite_runs import ALLOWANCE, outcomes

pytestmark = pytest.mark.slow


def test_the_submission_sees_nothing_of_this_process(grade, monkeypatch):
    """Its environment is a fixed one, its folder holds its upload, and it has one socket of ours."""
    monkeypatch.setenv("GRADER_SECRET", "s3cret")
    source = """
import os
import sys

def is_open(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False

def one():
    return sorted(os.environ), os.listdir(), list(filter(is_open, range(256))), int(sys.argv[1])
"""
    cases = """
        class TestA:
            def test_a(self):
                names, files, descriptors, socket = adapters.one()
                assert names == sorted(["HOME", "LANG", "PATH", "PYTHONHASHSEED", "PYTHONUNBUFFERED",
                    "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "MALLOC_ARENA_MAX"])
                assert files == ["tests"]
                assert descriptors == [0, 1, 2, socket]
    """

    outcome = grade(source, textwrap.dedent(cases))

    assert [result.message for result in outcome.results] == [""]


SAME_PROCESSOR = """
import os
from tests import adapters

class TestFirst:
    def test_one(self):
        assert adapters.one() == sorted(os.sched_getaffinity(0))
        assert len(os.sched_getaffinity(0)) == 1
"""


def test_both_ends_of_the_boundary_share_a_processor(tmp_path, monkeypatch):
    """A job and its submission take turns, so they run on one processor; the grader itself runs on all."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # where no other grader takes one
    before = os.sched_getaffinity(0)
    root = write_suite(tmp_path, SAME_PROCESSOR)
    with closing(ProcessRunner(Allowance())) as runner:
        outcome = run_suite(
            root, runner, "import os\ndef one():\n    return sorted(os.sched_getaffinity(0))\n"
        )

    assert [result.outcome for result in outcome.results] == [Outcome.PASSED], outcome.results
    assert os.sched_getaffinity(0) == before


def test_a_folder_that_is_called_like_the_grader_is_not_imported(tmp_path, monkeypatch):
    """The working folder may be a student's, with any files in it."""
    (tmp_path / "grader").mkdir()
    (tmp_path / "grader" / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.chdir(tmp_path)
    root = write_suite(tmp_path / "suite")

    with closing(ProcessRunner(Allowance())) as runner:
        outcome = run_suite(root, runner)

    assert {result.outcome for result in outcome.results} == {Outcome.PASSED}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_process_and_no_file_is_left(grade, temporary, tmp_path):
    """After a run its processes are gone, also those that the submission started, and so is its folder."""
    pids = tmp_path / "pids"
    source = f"""
import os, subprocess, sys, time
def one():
    open("mess", "w").write("mess")
    child = subprocess.Popen(["sleep", "60"])
    open({str(pids)!r}, "a").write(f"{{os.getpid()}} {{child.pid}} ")
    return 1
def two():
    if os.fork() == 0:
        time.sleep(60)
    os._exit(3)
def three():
    one()
    return 3
"""

    outcome = grade(source, test_seconds=1.5)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert len(pids.read_text().split()) == 4
    assert are_over(pids.read_text().split())
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_run_that_is_broken_off_leaves_nothing(root, temporary, tmp_path):
    """When the listener raises in the middle of a run, processes and files are gone as well."""
    pid = tmp_path / "pid"
    source = f"import os\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\n{RIGHT}"
    job = SuiteJob({"tests/adapters.py": source.encode()}, seed=0)

    def stop(kind, content):
        del content
        if kind == "result":
            raise KeyboardInterrupt

    with closing(SuiteProcess(StartedSuite(root))) as suite, pytest.raises(KeyboardInterrupt):
        suite.run(job, ProcessRunner(ALLOWANCE), stop)

    assert are_over([pid.read_text()])
    assert list(temporary.iterdir()) == []


def test_collecting_leaves_nothing(root, temporary):
    """Asking for the names of the tests leaves no folder behind."""
    with closing(SuiteProcess(StartedSuite(root))) as suite:
        tests = suite.tests

    assert tests == {"TestFirst": ["test_one", "test_two"], "TestSecond": ["test_three"]}
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_process_that_gets_away_cannot_disturb_later_ones(temporary):
    """Output of a grandchild that left its group does not make us read from descriptors of others."""
    process = ProcessRunner(Allowance()).open()
    with Path(f"/proc/{process._child.pid}/fd/1").open("wb") as pipe:  # noqa: SLF001 - what it prints to
        runaway = subprocess.Popen(
            ["/bin/sh", "-c", "sleep 3; echo late; sleep 0.3"], stdout=pipe, start_new_session=True
        )
    process.kill()
    del process
    ours = [socket.socketpair() for _ in range(8)]
    assert runaway.wait() == 0

    for one, other in ours:
        one.sendall(b"mine")
        other.settimeout(2)
        assert other.recv(4) == b"mine"
        one.close()
        other.close()
    assert list(temporary.iterdir()) == []
