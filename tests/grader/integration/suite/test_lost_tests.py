"""Submissions that end, loop or cannot be imported: the tests that they lose, and the reason."""

import time

import pytest

from grader.boundary.causes import NO_EXIT
from grader.core.scoring import Outcome
from tests.grader.support.small_suite import CASES, RIGHT, add_setting
from tests.grader.support.suite_runs import outcomes, output, replaced

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("os._exit(3)", "it ended itself with exit status 3"),
        ("os._exit(0)", "it ended itself with exit status 0"),
        ("os.kill(os.getpid(), 9)", "it was ended by the signal SIGKILL"),
        ("os.kill(os.getpid(), 40)", "it was ended by the signal 40"),
        ("os.close(int(sys.argv[1])); time.sleep(9)", "it closed its connection to the tests"),
    ],
)
def test_a_process_that_ends_is_replaced(grade, end, reason):
    """The test in which it ends is lost, with the reason; a fresh process takes the others."""
    outcome = grade(replaced("two", end))

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert outcome.results[1].message == f"the submission's process ended: {reason}"


def test_a_process_that_ends_between_tests_costs_one_of_them(grade):
    """A process that ends after an answer loses the test that needs it next, and no other."""
    source = replaced("one", "import threading", "threading.Timer(0.2, os._exit, [3]).start()", "return 1")
    waiting = CASES.replace("assert adapters.two()", "time.sleep(0.4); assert adapters.two()")

    outcome = grade(source, f"import time\n{waiting}")

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]


def test_a_test_has_a_time_limit(grade):
    """A test without an answer in time is lost; the others run."""
    outcome = grade(replaced("two", "while True: pass"), test_seconds=1.0)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert outcome.results[1].message == "stopped: no answer within 1 seconds"


def test_an_adapter_may_have_a_time_limit_of_its_own(root, grade):
    """A call of such an adapter may take longer than a test, or less; the message has its own limit."""
    add_setting(root, "seconds: {one: 10, two: 0.5}")
    source = replaced("one", "time.sleep(1.2)", "return 1") + "\ndef two():\n    time.sleep(1.2)\n"

    outcome = grade(source, test_seconds=1.0)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert outcome.results[1].message == "stopped: no answer within 0.5 seconds"


def test_no_time_limit_of_an_adapter_outlasts_the_run(root, grade):
    """A call with a limit of its own is stopped when the time of the whole run is over."""
    add_setting(root, "seconds: {one: 60}")
    started = time.monotonic()

    outcome = grade(replaced("one", "while True: pass"), run_seconds=1.5)

    assert time.monotonic() - started < 60  # which is the adapter's own limit
    assert outcomes(outcome) == [Outcome.ERROR, Outcome.NOT_RUN, Outcome.NOT_RUN]
    assert "1.5 seconds of the whole run" in outcome.results[0].message


def test_the_run_has_a_time_limit(grade):
    """When the time of the whole run is over, the test is stopped and the rest does not run."""
    outcome = grade(replaced("two", "while True: pass"), run_seconds=1.5)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.NOT_RUN]
    assert "1.5 seconds of the whole run" in outcome.results[1].message
    assert "1.5 seconds of the whole run" in outcome.results[2].message


def test_an_error_at_import_is_found_once_and_told_for_all(grade):
    """The import is tried once; every test is lost for the same reason, with the student's traceback."""
    outcome = grade("print('imported')\nimport nothing_like_this\n")

    assert outcomes(outcome) == [Outcome.ERROR] * 3
    assert output(outcome) == "imported\n"
    assert outcome.unloadable.startswith("tests/adapters.py cannot be imported: ModuleNotFoundError")
    assert len({result.message for result in outcome.results}) == 1
    assert 'File "tests/adapters.py", line 2' in outcome.results[0].message


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("while True: pass", "stopped: no answer within 1 seconds"),
        ("import os; os._exit(0)", "the submission's process ended: it ended itself with exit status 0"),
        ("raise SystemExit", f"SystemExit: {NO_EXIT}"),
        ("class A(", "SyntaxError: '(' was never closed [Python 3.11] (adapters.py, line 1)"),
    ],
)
def test_an_import_that_does_not_end_well_makes_the_submission_unloadable(grade, source, reason):
    """A loop, an exit or a syntax error at import is reported once, after one try."""
    outcome = grade(source, test_seconds=1.0)

    assert outcomes(outcome) == [Outcome.ERROR] * 3
    assert outcome.unloadable == f"tests/adapters.py cannot be imported: {reason}"


def test_adapters_of_another_assignment_say_so(grade):
    """Where none of the functions is there, the submission is not gradable, and its functions are named."""
    outcome = grade("def run_bpe(): return 1\ndef one_more(): return 1\n")

    assert outcome.unloadable.startswith("tests/adapters.py has none of the functions that the tests call")
    assert "It has one_more, run_bpe" in outcome.unloadable


def test_a_broken_part_is_noted_and_the_rest_is_graded(grade):
    """Where some test passes, a broken import is a note; where none does, the submission is not gradable."""
    some = grade(f"from no_such_module import x\n{RIGHT.replace('return 2', 'return x()')}")
    none = grade(f"from no_such_module import x\n{RIGHT.replace('return ', 'return x() or ')}")

    assert outcomes(some) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert some.unloadable is None
    assert "no_such_module cannot be imported" in some.notes[0]
    assert outcomes(none) == [Outcome.ERROR] * 3
    assert none.unloadable.startswith("tests/adapters.py cannot be imported: no_such_module")
