"""The largest data that a submission can send: a verdict comes, and our process stays small."""

from contextlib import closing

import pytest

from grader.core.scoring import Outcome
from grader.sandbox.forking import JAIL
from grader.suite.assignment import load_assignment
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteProcess
from grader.suite.start import StartedSuite
from tests.assignment.samples import ROOT, read_files
from tests.grader.support.corpus import load_attacks
from tests.grader.support.processes import descendants
from tests.grader.support.small_suite import meanwhile, most_resident

pytestmark = pytest.mark.slow

MOST_BYTES = 600 << 20
FLOODS = [attack for attack in load_attacks() if attack.group == "floods"]
DOT_ADAPTER = """

BYTES = 4_100_000
TEXTS = [
    "digraph {" + "".join(f"n{i}; " for i in range(10**6))[: BYTES - 9] + "}",
    "digraph {" + "".join(f"n{i} -> n{i + 1}; " for i in range(200_000))[: BYTES - 30] + "}",
    'digraph { a [label="' + "1 " * (BYTES // 2 - 20) + '"] }',
    'digraph { a [label="' + r"\\n" * (BYTES // 3 - 20),
]


def run_draw_graph(node):
    '''Return one of the texts, each once; then none.'''
    return TEXTS.pop() if TEXTS else ""
"""


@pytest.fixture(scope="module")
def assignment():
    """Return the assignment."""
    return load_assignment(ROOT)


@pytest.fixture(scope="module")
def runner(assignment):
    """Return a runner that isolates."""
    with closing(JAIL(assignment.manifest.allowance)) as opened:
        yield opened


@pytest.fixture
def graded(runner):
    """Return a function that grades files on some classes: the outcome, and the most bytes in our process."""

    def graded(files, classes, seconds=None):
        peaks = [0]
        with closing(SuiteProcess(StartedSuite(ROOT))) as suite:
            job = SuiteJob(files, seed=1, left_out=sorted(suite.tests.keys() - classes), test_seconds=seconds)
            ours = suite._process.pid  # noqa: SLF001 - nobody else needs to know it
            with meanwhile(lambda: peaks.append(max(map(most_resident, [ours, *descendants(ours)])))):
                outcome = suite.run(job, runner)
        return outcome, max(peaks)

    return graded


@pytest.mark.parametrize("attack", FLOODS, ids=lambda attack: attack.name)
def test_a_flood_is_judged_in_bounded_memory(graded, attack):
    """Every test gets a verdict that is the submission's, and our process stays below its limit of memory."""
    outcome, peak = graded(attack.files_with({}), attack.classes, attack.seconds)

    assert len(outcome.results) == sum(map(len, outcome.expected.values()))
    assert {result.outcome for result in outcome.results} <= {Outcome.FAILED, Outcome.ERROR}
    assert 0 < peak < MOST_BYTES


def test_a_flood_of_dot_is_judged_in_bounded_memory(graded):
    """Pictures of four megabytes are read or refused, with any content."""
    files = read_files(ROOT / "reference")
    files["tests/adapters.py"] += DOT_ADAPTER.encode()

    outcome, peak = graded(files, {"TestDrawGraph"})

    assert len(outcome.results) == len(outcome.expected["TestDrawGraph"])
    assert {result.outcome for result in outcome.results} == {Outcome.FAILED}, [
        result.message for result in outcome.results if result.outcome is Outcome.ERROR
    ]
    assert 0 < peak < MOST_BYTES
