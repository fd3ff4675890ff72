"""Traced runs in real sandboxes: lines of honest submissions, and submissions that lie or misbehave."""

from contextlib import closing

import pytest

from grader.core.localise import locate
from grader.core.scoring import Outcome
from grader.sandbox.process import PROCESS
from grader.sandbox.runner import MEBI, Allowance
from grader.suite.run import ignore
from grader.suite.traces import Tracer
from tests.grader.support.needs import KINDS
from tests.grader.support.small_suite import run_suite, write_suite

pytestmark = pytest.mark.slow

ALLOWANCE = Allowance(memory=1024 * MEBI, output=1 << 10)
ADAPTERS = "tests/adapters.py"
CASES = """
from tests import adapters

class TestSums:
    def test_small(self):
        '''Small sums.'''
        assert adapters.add(1, 1) == 2

    def test_large(self):
        '''Large sums.'''
        assert adapters.add(100, 1) == 101

    def test_deep(self):
        '''A deep sum.'''
        assert adapters.deep(10) == 10

class TestTimes:
    def test_times(self):
        '''A product.'''
        assert adapters.times(2, 3) == 6
"""
HONEST = """
def add(a, b):
    if a > 9:
        return a - b
    return a + b

def deep(n):
    return 1 + deep(n - 1) if n else 0

def times(a, b):
    return sum(a for _ in range(b))
"""


@pytest.fixture(params=[PROCESS.name, "bwrap"])
def runner(request):
    """Return a runner of each kind."""
    with closing(KINDS[request.param](ALLOWANCE)) as started:
        yield started


@pytest.fixture
def process():
    """Return the runner that every host has."""
    with closing(PROCESS(ALLOWANCE)) as started:
        yield started


@pytest.fixture
def suite(tmp_path):
    """Return the folder of a suite."""
    return write_suite(tmp_path, CASES, test_seconds=5)


def traced(suite, runner, source, **options):
    """Return the traces of a traced run on the adapters `source`."""
    tracer = Tracer(ignore)
    run_suite(suite, runner, source, tracer.hear, is_traced=True, **options)
    return {name: each for (_, name), each in tracer.traces.items()}


def lines_of(test):
    """Return the numbers of the lines that a test ran; None if they are unknown."""
    return test.lines and sorted({number for _, number in test.lines})


def test_each_test_has_the_lines_that_it_ran(suite, runner):
    """Lines belong to the test that ran them, in every sandbox, whatever ran before."""
    found = traced(suite, runner, HONEST)

    assert lines_of(found["test_small"]) == [3, 5]
    assert lines_of(found["test_large"]) == [3, 4]
    assert lines_of(found["test_times"]) == [11]
    assert found["test_large"].outcome is Outcome.FAILED
    assert found["test_large"].lines[ADAPTERS, 4] == ("add", 2)


def test_a_verdict_has_no_lines(suite, process):
    """An ordinary run asks for no trace, and its events tell of none."""
    heard = []

    run_suite(suite, process, HONEST, lambda kind, _: heard.append(kind))

    assert "lines" not in heard
    assert "result" in heard


UNKNOWN = {
    "switches the hook off": "import sys\nsys.settrace(None)\n",
    "sets a hook of its own": "import sys\nsys.settrace(lambda *_: None)\n",
}


@pytest.mark.parametrize("act", UNKNOWN)
def test_a_submission_that_stops_the_trace_has_no_lines(suite, process, act):
    """Whoever disturbs the trace has the same verdict and no lines."""
    body = "".join(f"    {line}\n" for line in UNKNOWN[act].splitlines())
    source = HONEST.replace("    if a > 9:", f"{body}    if a > 9:")

    found = traced(suite, process, source)

    assert found["test_small"].lines is None
    assert found["test_small"].outcome is Outcome.PASSED
    assert lines_of(found["test_times"]) == [len(source.splitlines())]


LIES = {
    "another file": "[['/etc/passwd', 'f', 1, [1]]]",
    "no such line": "[['tests/adapters.py', 'f', 1, [10**6]]]",
    "text": "'lines'",
    "an object": "object()",
    "a million lines": "[['tests/adapters.py', 'f', 1, [1] * 1_000_000]]",
    "a flood of functions": "[['tests/adapters.py', 'f' * 900, 1, [1]]] * 100_000",
    "markup": "[['tests/adapters.py', '<b>\\x1b[31m', 1, [1]]]",
    "an endless list": "(lambda a: a.append(a) or a)([])",
}
LIE = """
import gc
from grader.boundary.line_trace import LineTrace
for each in gc.get_objects():
    if type(each).__name__ == "SubmissionServer":
        each._requests["lines"] = lambda: {lie}
"""


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_about_lines_changes_no_outcome(suite, process, lie):
    """Every answer is checked; the tests pass and fail as they do without it."""
    honest = traced(suite, process, HONEST)

    found = traced(suite, process, HONEST + LIE.format(lie=LIES[lie]))

    assert {name: each.outcome for name, each in found.items()} == {
        name: each.outcome for name, each in honest.items()
    }
    told = {line: each.lines[line] for each in found.values() for line in each.lines or ()}
    assert all(file == ADAPTERS and "\x1b" not in name for (file, _), (name, _) in told.items())
    assert locate({("TestSums", name): each for name, each in found.items()}) == {}


PRODUCT = "    return sum(a for _ in range(b))"
ENDS = {
    "exits": ("import os; os._exit(3)", Outcome.ERROR),
    "recurses": ("return add(a, b)", Outcome.ERROR),
    "loops": ("while True: pass", Outcome.ERROR),
    "floods": (
        "exec(compile('pass\\n' * 200_000, 'tests/adapters.py', 'exec')); return a + b",
        Outcome.PASSED,
    ),
    "makes functions": (
        "for _ in range(20_000): exec(compile('1', 'tests/adapters.py', 'exec'))\n        return a + b",
        Outcome.PASSED,
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_test_that_ends_badly_while_traced_leaves_the_others_their_lines(suite, process, end):
    """A process that dies, a full stack, a loop and a flood cost the lines of their own test at most."""
    act, outcome = ENDS[end]
    source = HONEST.replace("return a - b", act)

    found = traced(suite, process, source, test_seconds=3)

    assert found["test_large"].outcome is outcome
    assert lines_of(found["test_times"]) == [source.splitlines().index(PRODUCT) + 1]
