"""An end of a test from outside costs nobody a point: real runners, and signals meant for others."""

import contextlib
import os
import signal
import threading
import time
from contextlib import closing

import pytest

from grader.core.scoring import Outcome
from grader.pipeline import join_output
from grader.sandbox.bwrap import BWRAP
from grader.sandbox.capture import Capture, FirstBytes
from grader.sandbox.docker.engine import LABEL, connect
from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import DockerOptions
from grader.sandbox.forking import JAIL
from grader.sandbox.process import PROCESS, ProcessRunner
from grader.sandbox.runner import MEBI, Allowance, SandboxError
from grader.suite.leases import FAILED, SandboxServer
from tests.grader.support.small_suite import (
    RIGHT,
    SLOW,
    meanwhile,
    resident,
    run_suite,
    student_processes,
    write_suite,
)

pytestmark = pytest.mark.slow

KINDS = pytest.mark.parametrize("kind", [JAIL, BWRAP], ids=lambda kind: kind.name)
MEMORY = 1024 * MEBI
LARGE = (
    "import time\nimport numpy as np\n"
    "def one():\n    return 1\n\ndef three():\n    return 3\n\n"
    "def two():\n    held = np.ones(105 << 20)\n    time.sleep(20)\n    return 2\n"
)
DRAWN = """
from tests import adapters

class TestFirst:
    def test_one(self, rng):
        adapters.one(float(rng.normal()))

    def test_two(self, rng):
        adapters.two(float(rng.normal()))
"""
TELLING = """
import time

def one(number):
    print(number)

def two(number):
    print(number)
    time.sleep(2)
"""


@pytest.fixture
def runner(kind):
    """Return a runner that isolates."""
    with closing(kind(Allowance(memory=MEMORY))) as opened:
        yield opened


def outcomes(outcome):
    """Return how each test ended, in order."""
    return [result.outcome for result in outcome.results]


def kill(pids):
    """End processes that may have ended already."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def being_killed(runner):
    """Return a context in which each student process of `runner` is killed within two seconds."""
    old = set()

    def kill_those_that_run():
        ready = {pid for pid in student_processes(runner) if resident(pid)}
        kill(ready & old)
        old.update(ready)
        time.sleep(1)

    return meanwhile(kill_those_that_run)


def after_the_first_result(act):
    """Return a listener that calls `act` when the first test is done and the second one runs."""
    done = []

    def listen(kind, content):
        del content
        if kind == "result" and not done:
            done.append(True)
            time.sleep(0.5)
            act()

    return listen


@KINDS
def test_the_death_of_a_zygote_costs_nothing(tmp_path, runner):
    """SIGKILL on the zygote ends all student processes; the test that ran runs again and passes."""
    zygote = runner._zygote._process.pid  # noqa: SLF001 - nobody else needs to know it

    outcome = run_suite(write_suite(tmp_path), runner, SLOW, after_the_first_result(lambda: kill([zygote])))

    assert outcomes(outcome) == [Outcome.PASSED] * 3
    assert runner._zygote._process.pid != zygote  # noqa: SLF001


@KINDS
def test_a_student_process_that_is_killed_from_outside_costs_nothing(tmp_path, runner):
    """SIGKILL on the submission's process: the test runs again, with the inputs of its first run."""
    root = write_suite(tmp_path, DRAWN)

    outcome = run_suite(
        root, runner, TELLING, after_the_first_result(lambda: kill(student_processes(runner)))
    )

    assert outcomes(outcome) == [Outcome.PASSED] * 2
    first, *others = join_output(outcome.outputs, 1_000).split()
    assert others == [first, first]


@KINDS
def test_a_sandbox_whose_processes_are_killed_again_ends_the_job(tmp_path, runner):
    """When the second attempt of a test is killed as well, and memory was not short, the sandbox failed."""
    with being_killed(runner), pytest.raises(SandboxError, match="twice in one test"):
        run_suite(write_suite(tmp_path), runner, SLOW.replace("sleep(2)", "sleep(20)"))


def test_a_sandbox_that_failed_is_not_taken_for_a_suite_that_did(tmp_path, monkeypatch):
    """A job says why the sandbox failed and ends: its end may be seen before its words are."""
    answer = SandboxServer._answer  # noqa: SLF001

    def answer_late(server, request):
        time.sleep(0.5 if request.startswith(FAILED) else 0)
        answer(server, request)

    monkeypatch.setattr(SandboxServer, "_answer", answer_late)
    with (
        closing(JAIL(Allowance(memory=MEMORY))) as runner,
        being_killed(runner),
        pytest.raises(SandboxError, match="twice"),
    ):
        run_suite(write_suite(tmp_path), runner, SLOW.replace("sleep(2)", "sleep(20)"))


@KINDS
def test_a_large_process_that_is_killed_again_has_used_too_much_memory(tmp_path, runner):
    """Where memory was nearly at its limit in both attempts, the test is lost, with the reason."""
    root = write_suite(tmp_path, memory_mebibytes=MEMORY // MEBI)

    def kill_large_ones():
        kill([pid for pid in student_processes(runner) if resident(pid) > 0.8 * MEMORY])

    with meanwhile(kill_large_ones):
        outcome = run_suite(root, runner, LARGE)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert "of the 1024 MiB of memory that it may have" in outcome.results[1].message


@KINDS
def test_a_submission_cannot_kill_itself_to_look_like_a_victim(tmp_path, runner):
    """The jail allows no SIGKILL to oneself, by neither call; another signal is the submission's own end."""
    source = """
import os, signal, threading

def one():
    return tried(lambda: os.kill(os.getpid(), 9))

def two():
    return tried(lambda: signal.pthread_kill(threading.get_ident(), 9))

def three():
    os.kill(os.getpid(), 11)

def tried(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
"""
    cases = """
from tests import adapters

class TestFirst:
    def test_one(self):
        assert adapters.one() == "PermissionError"

    def test_two(self):
        assert adapters.two() == "PermissionError"

    def test_three(self):
        adapters.three()
"""

    outcome = run_suite(write_suite(tmp_path, cases), runner, source)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.PASSED, Outcome.ERROR]
    assert outcome.results[2].message == "the submission's process ended: it was ended by the signal SIGSEGV"


@pytest.mark.parametrize("name", ["docker"])
def test_a_container_that_is_killed_from_outside_costs_nothing(tmp_path, name):
    """`docker kill` on a submission's container: the test runs again in another one."""
    del name  # conftest.py looks for the runner of that name
    engine = connect()

    def kill_containers():
        for container in engine.containers(filters={"label": LABEL}):
            if container["Id"] in own:
                engine.kill(container["Id"])

    with closing(engine), closing(Docker(DockerOptions("grader-sandbox", None, 0))(Allowance())) as runner:
        own = {process.id for process in runner._started}  # noqa: SLF001 - nobody else needs to know them
        opening = runner.open

        def opened():
            process = opening()
            own.add(process.id)
            return process

        runner.open = opened
        outcome = run_suite(write_suite(tmp_path), runner, SLOW, after_the_first_result(kill_containers))

    assert outcomes(outcome) == [Outcome.PASSED] * 3


@pytest.mark.parametrize("target", [SandboxServer._serve, Capture._read])  # noqa: SLF001 - what each thread runs
@pytest.mark.parametrize("kind", [JAIL, PROCESS])
def test_a_machine_without_threads_ends_the_job(tmp_path, monkeypatch, kind, target):
    """Where a thread of ours cannot be started, the job ends as the sandbox's failure and does not wait."""
    start = threading.Thread.start

    def fail(thread):
        if getattr(thread._target, "__func__", None) is target:  # noqa: SLF001 - as above
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", fail)

    with closing(kind(Allowance())) as runner, pytest.raises(SandboxError, match="can't start new thread"):
        run_suite(write_suite(tmp_path), runner)


def test_output_that_cannot_be_read_ends_the_job(tmp_path, monkeypatch):
    """An exception in the thread that reads output is the sandbox's failure, not a broken pipe."""

    def fail(*_arguments):
        raise OSError("the pipe is gone")

    monkeypatch.setattr(FirstBytes, "add", fail)

    with pytest.raises(SandboxError, match="the pipe is gone"):
        run_suite(write_suite(tmp_path), ProcessRunner(Allowance()), f"print('hello')\n{RIGHT}")
