"""Limits of time in a run of a small suite, in each runner, on an idle and on a busy host."""

import textwrap

import pytest

from grader.core.scoring import Outcome
from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import DockerOptions
from grader.sandbox.runner import MEBI, Allowance
from grader.sandbox.runner_choice import every_runner
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteProcess
from grader.suite.start import StartedSuite

pytestmark = pytest.mark.slow

MANIFEST = """
limits: {test_seconds: 1, run_seconds: 60, memory_mebibytes: 2048, output_kibibytes: 1}
deferred: {adapters: [tell]}
seconds: {train: 2}
"""
CONFTEST = """
import pytest

def pytest_addoption(parser):
    parser.addoption("--seed", type=int, default=0)

@pytest.fixture
def processor_seconds(request):
    return request.config.processor_seconds
"""
CASES = """
from tests import adapters

class TestMeasured:
    def test_measured(self, processor_seconds):
        '''The processor time of a request that waits for no answer is measured.'''
        before = processor_seconds()
        adapters.tell(0.3)
        assert 0.25 < processor_seconds() - before < 0.45

class TestOne:
    def test_one(self):
        '''One is asked for.'''
        assert adapters.one() == 1

class TestTrained:
    def test_trained(self):
        '''This adapter has seconds of its own.'''
        assert adapters.train() == 1
"""
CLASSES = {"TestMeasured", "TestOne", "TestTrained"}
BUSY = 3  # loops for each processor, so that a computation takes four times as long
RIGHT = """
import time

def compute(seconds):
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass

def tell(seconds):
    compute(seconds)

def one():
    return 1

def train():
    return 1
"""
KINDS = {kind.name: kind for kind in every_runner(Docker(DockerOptions(pool=0)))}


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """Return a suite of three tests."""
    root = tmp_path_factory.mktemp("assignment")
    for name, text in {
        "rubric.yaml": "suite: cases\n",
        "cases/suite.yaml": MANIFEST,
        "cases/conftest.py": CONFTEST,
        "cases/test_cases.py": CASES,
        "tests/__init__.py": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    suite = SuiteProcess(StartedSuite(root))
    yield suite
    suite.close()


@pytest.fixture(scope="module", params=KINDS)
def runner(request):
    """Return each runner in turn."""
    runner = KINDS[request.param](Allowance(memory=1024 * MEBI, output=1 << 10))
    yield runner
    runner.close()


@pytest.fixture
def run(suite, runner):
    """Return a function that runs classes on RIGHT and `changes`; it returns the results by name."""

    def run(changes, *classes, **limits):
        files = {"tests/adapters.py": (RIGHT + textwrap.dedent(changes)).encode()}
        job = SuiteJob(files, seed=1, left_out=sorted(CLASSES - set(classes)), **limits)
        return {result.name: result for result in suite.run(job, runner).results}

    return run


def test_a_case_reads_the_processor_time_of_the_submission(run):
    """All requests so far are done before the clock is read."""
    results = run("", *CLASSES)

    assert {result.outcome for result in results.values()} == {Outcome.PASSED}, results


SLEEPER = """
def one():
    time.sleep(1_000)
"""
DEADLOCK = """
import threading

def one():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
"""
SPINNER = """
def one():
    while True:
        pass
"""
SPINNERS = """
import threading

def one():
    for _ in range(40):
        threading.Thread(target=compute, args=(1_000,), daemon=True).start()
    compute(1_000)
"""
MANY_THREADS = """
import threading

def one():
    meeting = threading.Barrier(41)

    def allocate_and_wait():
        kept = bytes(1_000)
        meeting.wait()

    for _ in range(40):
        threading.Thread(target=allocate_and_wait).start()
    meeting.wait()
    return 1
"""


@pytest.mark.parametrize("adapters", [SLEEPER, DEADLOCK, SPINNER, SPINNERS], ids=range(4))
def test_what_never_ends_is_stopped_at_the_limit(run, adapters):
    """Whether it sleeps, waits for itself or computes in many threads, it has the seconds of a test."""
    result = run(adapters, "TestOne")["test_one"]

    assert result.outcome is Outcome.ERROR
    assert result.message.startswith("stopped: no answer within 1 seconds")


def test_forty_threads_fit_into_the_memory(run):
    """Threads that allocate cost little address space, so many that compute reach the limit of time."""
    result = run(MANY_THREADS, "TestOne")["test_one"]

    assert result.outcome is Outcome.PASSED, result.message


@pytest.mark.parametrize("adapters", [SLEEPER, DEADLOCK, SPINNERS], ids=range(3))
def test_on_a_busy_host_it_is_stopped_as_well(run, adapters, load):
    """Load does not make it go on for ever, and does not make it the host's failure."""
    load(BUSY)

    result = run(adapters, "TestOne")["test_one"]

    assert result.outcome is Outcome.ERROR
    assert result.message.startswith("stopped: no answer within 1 seconds"), result.message


def test_a_busy_host_costs_no_points(run, load):
    """A computation that fits its limit passes, though it waits much longer for a processor."""
    load(BUSY)

    results = run(
        """
        def one():
            compute(0.4)
            return 1

        def train():
            compute(0.8)
            return 1
        """,
        "TestOne",
        "TestTrained",
    )

    assert {result.outcome for result in results.values()} == {Outcome.PASSED}, results
    assert results["test_one"].seconds > 1.0
    assert results["test_trained"].seconds > 2.0


def test_the_run_has_a_limit_too(run):
    """A test that has two seconds of its own is stopped after 0.7, when the run's 1.5 are used up."""
    adapters = "def one():\n    compute(0.8)\n\ndef train():\n    compute(1_000)"

    results = run(adapters, "TestOne", "TestTrained", run_seconds=1.5)

    assert "the 1.5 seconds of the whole run" in results["test_trained"].message
