"""Every sample submission gets exactly its points, and plain pytest gives each test the same verdict."""

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import pytest

from grader.core.pytest_report import read_report
from grader.core.report import status_of
from grader.core.rubric import parse_rubric
from grader.core.scoring import Outcome, TestResult, score
from grader.sandbox.forking import JAIL
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteOutcome
from grader.suite.standby import Standby
from tests.harness.samples import ALL, ROOT, Sample, load_samples

LEAST_SAMPLES = 17
LEFT_OUT = ("TestMNISTTraining", "TestMNISTAccuracy")  # they train for minutes
PLAIN = (
    *("-m", "pytest", "tests/cases", "-k", "not mnist", "-p", "no:cacheprovider", "-q", "--tb=no"),
    *("-o", "filterwarnings=default"),
    *(
        "--json-report",
        "--json-report-omit",
        "collectors",
        "log",
        "streams",
        "warnings",
        "keywords",
        "traceback",
    ),
)
SECONDS = 120
SAMPLES = sorted(load_samples(), key=lambda sample: not sample.in_process)
IN_PROCESS = [sample for sample in SAMPLES if sample.in_process]  # the first ones, so that runs are shared


def of_each(samples):
    """Return the mark that gives a test the run of each of `samples`."""
    return pytest.mark.parametrize("run", samples, indirect=True, ids=lambda sample: sample.name)


@dataclass(frozen=True)
class Run:
    """A sample, what grading found out, and the results of plain pytest (None if it cannot run there)."""

    sample: Sample
    graded: SuiteOutcome
    here: Sequence[TestResult] | None

    @property
    def passed_here(self) -> Mapping[tuple[str, str], bool]:
        """Return which tests pass in plain pytest, by class and name."""
        return {(result.group, result.name): result.outcome is Outcome.PASSED for result in self.here}


@pytest.fixture(scope="module")
def rubric():
    """Return the rubric without the bonus parts, of which the stated losses tell enough."""
    return replace(parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8")), bonus_parts=())


@pytest.fixture(scope="module")
def standby():
    """Return the assignment with everything ready, submissions running in the jail."""
    with closing(Standby(ROOT, [JAIL])) as standby:
        yield standby


@pytest.fixture(scope="module")
def run(request, tmp_path_factory, standby):
    """Return what became of a sample under both bindings, which run side by side."""
    sample, folder = request.param, tmp_path_factory.mktemp("project")
    plain = start_plain(sample, folder) if sample.in_process else None
    job = SuiteJob(sample.files, seed=0, left_out=LEFT_OUT, test_seconds=sample.test_seconds)
    with standby.use() as ready:
        graded = ready.suite.run(job, ready.runner)
    return Run(sample, graded, finish_plain(plain, folder) if plain else None)


def start_plain(sample, folder):
    """Start pytest on the sample as a student would, in one process with it."""
    sample.write(folder / "submission")
    options = [
        f"--submission={folder / 'submission'}",
        f"--json-report-file={folder / 'report.json'}",
        "--seed=1",
    ]
    return subprocess.Popen(
        [sys.executable, "-B", *PLAIN, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def finish_plain(process, folder):
    """Return the results in its report."""
    told, _ = process.communicate(timeout=SECONDS)
    assert process.returncode in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}, told.decode()
    return read_report((folder / "report.json").read_text(), "report.json").results


def verdicts(outcome):
    """Return which tests passed in grading, by class and name."""
    return {(result.group, result.name): result.outcome is Outcome.PASSED for result in outcome.results}


def losses(outcome):
    """Return the number of lost tests of each class that lost any."""
    return Counter(result.group for result in outcome.results if result.outcome is not Outcome.PASSED)


def test_there_are_enough_samples():
    """The samples cover the usual mistakes and the usual mischief."""
    assert len(SAMPLES) >= LEAST_SAMPLES


@of_each(SAMPLES)
def test_it_gets_exactly_its_points(run, rubric):
    """The score is the stated one, to the fraction, and so is the status."""
    scored = score(rubric, run.graded.expected, run.graded.results)

    assert scored.score == run.sample.score
    assert status_of(scored, loadable=run.graded.unloadable is None) == run.sample.status


@of_each(SAMPLES)
def test_it_loses_the_stated_tests_and_no_others(run):
    """Each class loses as many tests as stated, and each expected test has a result."""
    every = {group: len(tests) for group, tests in run.graded.expected.items()}

    assert len(run.graded.results) == sum(every.values())
    assert losses(run.graded) == (every if run.sample.lost == ALL else run.sample.lost)


@of_each(SAMPLES)
def test_every_loss_has_a_reason(run):
    """A lost test says why, and no test is the grader's own fault."""
    lost = [result for result in run.graded.results if result.outcome is not Outcome.PASSED]

    assert all(result.message and result.description for result in lost)
    assert all(result.outcome in {Outcome.FAILED, Outcome.ERROR} for result in lost)
    assert not run.graded.notes


@of_each(IN_PROCESS)
def test_both_bindings_agree(run):
    """Plain pytest gives each test the verdict of grading, though it draws its inputs from another seed."""
    graded = verdicts(run.graded)

    assert run.passed_here.keys() == graded.keys()
    assert [test for test, passed in graded.items() if passed != run.passed_here[test]] == []


@of_each(IN_PROCESS)
def test_a_report_of_plain_pytest_scores_the_same(run, rubric):
    """What `pytest --json-report` wrote earns the points of the verdict, by the same rubric."""
    assert score(rubric, run.graded.expected, run.here).score == run.sample.score
