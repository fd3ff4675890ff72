"""Our own process has limits: work on a submission's data ends, and the worker ends the rest."""

import os
from collections import Counter
from contextlib import closing

import pytest

from grader.core.scoring import Outcome
from grader.sandbox.process import ProcessRunner
from grader.sandbox.runner import Allowance
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteFailed, SuiteProcess
from grader.suite.start import StartedSuite
from tests.assignment.samples import ROOT, read_files
from tests.grader.support.processes import descendants
from tests.grader.support.small_suite import RIGHT, run_suite, write_suite

pytestmark = pytest.mark.slow

BROKEN = """
import os, signal
from grader.suite import own_limits
from tests import adapters

{set_up}

class TestFirst:
    def test_one(self):
        adapters.one()
        {body}

    def test_two(self):
        assert adapters.two() == 2
"""
EXPLAINING = """
import time
from grader.suite import execution

execution.EXPLAINING_SECONDS = 0.2

def pytest_explain_failure(item, error):
    ends = time.process_time() + 0.15
    while time.process_time() < ends:
        pass
    return {"message": "explained"}
"""
SLEEPING = "import time\n" + "".join(
    f"def {name}():\n    time.sleep(60)\n\n" for name in ("one", "two", "three")
)


@pytest.fixture
def grade(tmp_path):
    """Return a function that runs a small suite whose first test ends with `body`."""

    def grade(body, set_up="", source=RIGHT, **options):
        root = write_suite(tmp_path, BROKEN.format(body=body, set_up=set_up))
        with closing(ProcessRunner(Allowance())) as runner:
            return run_suite(root, runner, source, **options)

    return grade


def outcomes(outcome):
    """Return how each test ended, in order."""
    return [result.outcome for result in outcome.results]


def test_a_test_that_takes_all_memory_is_lost_with_the_reason(grade):
    """The limit of memory is an error of that test alone, and its memory is free for the next one."""
    outcome = grade("kept = [bytearray(64 << 20) for _ in range(100)]")

    assert outcomes(outcome) == [Outcome.ERROR, Outcome.PASSED]
    assert "ran out of memory with the answers" in outcome.results[0].message


def test_a_test_that_spins_in_our_own_code_ends_the_job(grade):
    """The limit of processor time ends the process, and the failure says where it was."""
    with pytest.raises(SuiteFailed, match=r"test_cases\.py.*in test_one"):
        grade("while True: pass", set_up="own_limits.TEST_SECONDS = 1")


def test_our_own_work_on_what_a_submission_sent_is_limited_for_the_whole_run(grade):
    """Where that has used the time of a run, the remaining tests do not run, and say why."""
    body = "while time.process_time() < 2: pass"

    outcome = grade(body, set_up="import time", run_seconds=1.5)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.NOT_RUN]
    assert "the grader's work on what the submission sent" in outcome.results[1].message


@pytest.mark.parametrize("body", ["while True: pass", "os.kill(os.getpid(), signal.SIGSTOP)"])
def test_the_worker_ends_a_job_by_its_own_clock(grade, monkeypatch, body):
    """A job that spins or hangs in our own code is killed at the worker's limit, with all its processes."""
    monkeypatch.setattr("grader.suite.run.PATIENCE", 1)
    monkeypatch.setattr("grader.suite.run.MARGIN_SECONDS", 1.0)
    before = descendants(os.getpid())

    with pytest.raises(SuiteFailed, match="did not end within"):
        grade(body, run_seconds=4.0)

    assert set(descendants(os.getpid())) <= set(before)


def test_a_suite_that_does_not_fork_any_more_is_ended_by_the_clock_too(grade, monkeypatch):
    """Where no job begins, the suite's process itself is killed, so that another one can be started."""
    monkeypatch.setattr("grader.suite.run.PATIENCE", 1)
    monkeypatch.setattr("grader.suite.run.MARGIN_SECONDS", 1.0)

    with pytest.raises(SuiteFailed, match="did not end within"):
        grade("pass", set_up="os.fork = lambda: signal.pause()", run_seconds=2.0)


def test_after_some_timeouts_the_rest_does_not_run(tmp_path):
    """A submission that hangs everywhere costs the time of a few tests; the rest says why it did not run."""
    root = write_suite(tmp_path, timeouts=2, more="second_stage: [TestSecond]")

    with closing(ProcessRunner(Allowance())) as runner:
        outcome = run_suite(root, runner, SLEEPING, test_seconds=3.0)

    assert outcomes(outcome) == [Outcome.ERROR, Outcome.ERROR, Outcome.NOT_RUN]
    assert "2 tests before this one timed out" in outcome.results[2].message


MANY_TESTS = 8
HANGING = {2, 5, 6}
ONE_OF_MANY = '''    def test_{0}(self):
        """It ends."""
        adapters.test_{0}()

'''


@pytest.mark.parametrize("seed", range(6))
def test_which_tests_are_the_rest_does_not_depend_on_the_draw(tmp_path, seed):
    """The rest are the tests that the suite names behind the last timeout that counts."""
    numbers = range(1, MANY_TESTS + 1)
    tests = map(ONE_OF_MANY.format, numbers)
    cases = f"from tests import adapters\n\nclass TestAll:\n{''.join(tests)}"
    body = "def test_{}():\n    time.sleep({})\n"
    bodies = [body.format(n, 60 if n in HANGING else 0) for n in numbers]
    source = "".join(["import time\n", *bodies])
    root = write_suite(tmp_path, cases, timeouts=2)

    with closing(ProcessRunner(Allowance())) as runner:
        outcome = run_suite(root, runner, source, test_seconds=1.0, seed=seed)

    passed, timed_out, left_out = Outcome.PASSED, Outcome.ERROR, Outcome.NOT_RUN
    assert outcomes(outcome) == [passed, timed_out, passed, passed, timed_out, *[left_out] * 3]


def test_a_new_stage_counts_timeouts_from_the_start(tmp_path):
    """One test that hangs in the first stage takes nothing from the second one."""
    root = write_suite(tmp_path, timeouts=2, more="second_stage: [TestSecond]")
    hanging = "import time\n" + RIGHT.replace("return 1", "time.sleep(60)").replace(
        "return 3", "time.sleep(60)"
    )

    with closing(ProcessRunner(Allowance())) as runner:
        outcome = run_suite(root, runner, hanging, test_seconds=3.0)

    assert outcomes(outcome) == [Outcome.ERROR, Outcome.PASSED, Outcome.ERROR]


def test_a_submission_that_sleeps_everywhere_costs_the_time_of_five_tests():
    """In the real suite five tests time out, and no later one runs, those of the second stage included."""
    files = read_files(ROOT / "reference")
    files["tests/adapters.py"] += (
        b"\nimport time\nimport types\n\n"
        b"for name, value in list(globals().items()):\n"
        b"    if isinstance(value, types.FunctionType):\n"
        b"        globals()[name] = lambda *_, **__: time.sleep(3600)\n"
    )
    job = SuiteJob(files, seed=1, test_seconds=2.0)

    with closing(SuiteProcess(StartedSuite(ROOT))) as suite, closing(ProcessRunner(Allowance())) as runner:
        outcome = suite.run(job, runner)

    ended = Counter(outcomes(outcome))
    assert ended[Outcome.ERROR] == 5
    assert ended.keys() <= {Outcome.ERROR, Outcome.NOT_RUN, Outcome.NOT_JUDGED}  # the last without MNIST
    timed_out = [result.message for result in outcome.results if result.outcome is Outcome.ERROR]
    assert all("no answer within 2 seconds" in message for message in timed_out)


def test_explanations_of_a_run_are_limited_in_all(tmp_path):
    """When explanations have taken their time, the failures that follow keep the words of their tests."""
    root = write_suite(tmp_path)
    with (root / "cases" / "conftest.py").open("a") as conftest:
        conftest.write(EXPLAINING)
    source = RIGHT.replace("return ", "return 10 + ")

    with closing(ProcessRunner(Allowance())) as runner:
        outcome = run_suite(root, runner, source)

    assert outcomes(outcome) == [Outcome.FAILED] * 3
    assert [result.message == "explained" for result in outcome.results] == [True, True, False]
