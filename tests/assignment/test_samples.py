"""Every sample submission gets exactly its points, and plain pytest gives each test the same verdict.

One code, one score: it gets these points under every seed and in every repeat. GRADER_NIGHTLY=1 grades each
sample under 20 seeds, 10 times each. Else there are three seeds and two repeats. Then the first run has all
classes, and the others have those in which the sample loses tests.
"""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from grader.core.pytest_report import read_report
from grader.core.report import status_of
from grader.core.scoring import Outcome, score
from tests.assignment.gradings import RUBRIC
from tests.assignment.samples import ALL, ROOT, load_samples

pytestmark = pytest.mark.slow

LEAST_SAMPLES = 17
PLAIN = (
    *("-m", "pytest", "tests/cases", "-n0", "-k", "not mnist", "-p", "no:cacheprovider", "-q", "--tb=no"),
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
SAMPLES = load_samples()
REQUIRED = frozenset(problem.tests for part in RUBRIC.parts for problem in part.problems)
IN_PROCESS = [sample for sample in SAMPLES if sample.in_process]
BROKEN_PART = "A part of the submission cannot be imported: "


def of_each(samples):
    """Return the mark that gives a test each of `samples`."""
    return pytest.mark.parametrize("sample", samples, ids=lambda sample: sample.name)


@pytest.fixture(scope="module")
def rubric():
    """Return the rubric without the bonus parts, of which the stated losses tell enough."""
    return replace(RUBRIC, bonus_parts=())


@pytest.fixture(scope="module")
def plain_runs(request, tmp_path_factory):
    """Return the plain runs of all samples that the selected tests are about, one after another, ahead."""
    items = [item for item in request.session.items if "plain" in item.fixturenames]
    samples = {item.callspec.params["sample"].name: item.callspec.params["sample"] for item in items}
    with ThreadPoolExecutor(1) as pool:
        folders = (tmp_path_factory.mktemp("project") for _ in samples)
        yield {name: pool.submit(run_plain, one, next(folders)) for name, one in samples.items()}
        pool.shutdown(cancel_futures=True)


@pytest.fixture
def plain(plain_runs, sample):
    """Return the results of a sample in plain pytest."""
    return plain_runs[sample.name].result()


def run_plain(sample, folder):
    """Run pytest on the sample as a student would, in one process; return the results in its report."""
    sample.write(folder / "submission")
    options = [
        f"--submission={folder / 'submission'}",
        f"--json-report-file={folder / 'report.json'}",
        "--seed=1",
    ]
    ran = subprocess.run(
        [sys.executable, *PLAIN, *options], cwd=ROOT, capture_output=True, timeout=SECONDS, check=False
    )
    assert ran.returncode in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}, ran.stdout.decode()
    return read_report((folder / "report.json").read_text(), "report.json").results


def verdicts(results):
    """Return which tests passed, by class and name."""
    return {(result.group, result.name): result.outcome is Outcome.PASSED for result in results}


def losses(outcome):
    """Return the number of lost tests of each class that lost any."""
    return Counter(result.group for result in outcome.results if result.outcome is not Outcome.PASSED)


def points_of(grading):
    """Return the points of each class that was run."""
    problems = score(RUBRIC, grading.outcome.expected, grading.outcome.results).problems
    return {one.problem.tests: one.score for one in problems if one.problem.tests in grading.classes}


def test_there_are_enough_samples():
    """The samples cover the usual mistakes and the usual mischief."""
    assert len(SAMPLES) >= LEAST_SAMPLES


@of_each(SAMPLES)
def test_it_gets_exactly_its_points(first_grading, sample, rubric):
    """The score is the stated one, to the fraction, and so is the status."""
    scored = score(rubric, first_grading.outcome.expected, first_grading.outcome.results)

    assert scored.score == sample.score
    assert status_of(scored, loadable=first_grading.outcome.unloadable is None) == sample.status


@of_each(SAMPLES)
def test_it_loses_the_stated_tests_and_no_others(first_grading, sample):
    """Each class loses as many tests as stated, and each expected test has a result."""
    every = {group: len(tests) for group, tests in first_grading.outcome.expected.items()}

    assert len(first_grading.outcome.results) == sum(every.values())
    assert losses(first_grading.outcome) == (every if sample.lost == ALL else sample.lost)


@of_each(SAMPLES)
def test_every_loss_has_a_reason(first_grading):
    """A lost test says why, and no test is the grader's own fault."""
    lost = [result for result in first_grading.outcome.results if result.outcome is not Outcome.PASSED]

    assert all(result.message and result.description for result in lost)
    assert {result.outcome for result in lost} <= {Outcome.FAILED, Outcome.ERROR, Outcome.NOT_WRITTEN}
    assert all(note.startswith(BROKEN_PART) for note in first_grading.outcome.notes)


@of_each(IN_PROCESS)
def test_both_bindings_agree(first_grading, plain):
    """Plain pytest gives each test the verdict of grading, though it draws its inputs from another seed."""
    found, here = verdicts(first_grading.outcome.results), verdicts(plain)

    assert here.keys() == found.keys()
    assert [test for test, passed in found.items() if passed != here[test]] == []


@of_each(IN_PROCESS)
def test_a_report_of_plain_pytest_scores_the_same(first_grading, sample, rubric, plain):
    """A report of `pytest --json-report` earns the points of the verdict, by the same rubric."""
    assert score(rubric, first_grading.outcome.expected, plain).score == sample.score


@of_each(SAMPLES)
def test_the_same_code_gets_the_same_points(all_gradings, sample):
    """Neither the seed, nor the order of the tests, nor the addresses of objects change the points."""
    first, *others = map(points_of, all_gradings)

    differing = [
        f"seed {run.seed}, repeat {run.repeat}: {group} {found}, not {first[group]}"
        for run, points in zip(all_gradings[1:], others, strict=True)
        for group, found in points.items()
        if found != first[group]
    ]

    assert differing == []
    assert sum(first[group] for group in REQUIRED) == sample.score


@of_each(SAMPLES)
def test_an_honest_submission_gets_no_integrity_note(all_gradings):
    """A wrong submission that computes its answers is not suspected of having stored them."""
    assert [note for run in all_gradings for note in run.outcome.staff_notes] == []
