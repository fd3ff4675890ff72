"""One code, one score: each sample submission gets the same points under every seed and in every repeat.

GRADER_SEEDS=nightly grades each sample under 20 seeds, 10 times each. Else there are three seeds and two
repeats. Then the first run has all classes, and the others have those in which the sample loses tests.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction

import pytest

from grader.core.rubric import parse_rubric
from grader.core.scoring import score
from grader.sandbox.forking import JAIL
from grader.suite.messages import SuiteJob
from grader.suite.standby import Standby
from tests.harness.samples import ALL, ROOT, load_samples

NIGHTLY = os.environ.get("GRADER_SEEDS") == "nightly"
SEEDS, REPEATS = (range(1, 21), 10) if NIGHTLY else (range(1, 4), 2)
MNIST = frozenset(["TestMNISTTraining", "TestMNISTAccuracy"])  # they train for minutes
RUBRIC = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
REQUIRED = frozenset(problem.tests for part in RUBRIC.parts for problem in part.problems)
CLASSES = frozenset(problem.tests for problem in RUBRIC.problems) - MNIST
SAMPLES = load_samples()


@dataclass(frozen=True)
class Run:
    """One grading of a sample: the points of each class that was run, and the integrity notes."""

    seed: int
    repeat: int
    points: Mapping[str, Fraction | None]
    staff_notes: Sequence[str]


class Runs:
    """The runs of samples, on all cores and ahead of the tests about them."""

    def __init__(self, standby, samples):
        """Begin all runs of `samples`."""
        self._standby = standby
        self._pool = ThreadPoolExecutor(os.cpu_count())
        self._begun = {sample.name: self._pool.submit(self._graded, sample) for sample in samples}

    def of(self, sample):
        """Wait for the runs of a sample, and return them, the one of all classes first."""
        return self._begun[sample.name].result()

    def close(self):
        """Give up what has not begun."""
        self._pool.shutdown(cancel_futures=True)

    def _graded(self, sample):
        runs = [(seed, repeat) for repeat in range(REPEATS) for seed in SEEDS]
        fewer = CLASSES if NIGHTLY or sample.lost == ALL else frozenset(sample.lost)
        first, *others = runs
        of_all = self._run(sample, *first, CLASSES)
        return [of_all, *(self._run(sample, *run, fewer) for run in others if fewer)]

    def _run(self, sample, seed, repeat, classes):
        left_out = sorted(CLASSES - classes | MNIST)
        job = SuiteJob(sample.files, seed, left_out, test_seconds=sample.test_seconds)
        with self._standby.use() as ready:
            outcome = ready.suite.run(job, ready.runner)
        problems = score(RUBRIC, outcome.expected, outcome.results).problems
        points = {scored.problem.tests: scored.score for scored in problems}
        return Run(seed, repeat, {group: points[group] for group in classes}, outcome.staff_notes)


@pytest.fixture(scope="module")
def runs(request):
    """Return the runs of all samples that the selected tests are about."""
    own = [item for item in request.session.items if item.path == request.path]
    samples = {item.callspec.params["sample"].name: item.callspec.params["sample"] for item in own}
    with closing(Standby(ROOT, [JAIL])) as standby, closing(Runs(standby, samples.values())) as runs:
        yield runs


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_same_code_gets_the_same_points(runs, sample):
    """Neither the seed, nor the order of the tests, nor the addresses of objects change the points."""
    first, *others = runs.of(sample)

    differing = [
        f"seed {run.seed}, repeat {run.repeat}: {group} {points}, not {first.points[group]}"
        for run in others
        for group, points in run.points.items()
        if points != first.points[group]
    ]

    assert differing == []
    assert sum(first.points[group] for group in REQUIRED) == sample.score


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_an_honest_submission_gets_no_integrity_note(runs, sample):
    """A wrong submission that computes its answers is not suspected of having stored them."""
    assert [note for run in runs.of(sample) for note in run.staff_notes] == []
