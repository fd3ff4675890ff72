"""Gradings of the samples in the jail, on all cores and ahead of the tests about them."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from grader.core.rubric import parse_rubric
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteOutcome
from tests.assignment.samples import ALL, ROOT
from tests.grader.support.nightly import NIGHTLY

SEEDS, REPEATS = (range(1, 21), 10) if NIGHTLY else (range(1, 4), 2)
MNIST = frozenset(["TestMNISTTraining", "TestMNISTAccuracy"])  # they train for minutes
RUBRIC = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
CLASSES = frozenset(problem.tests for problem in RUBRIC.problems) - MNIST
FIRST_OF_EACH_PART = frozenset(part.problems[0].tests for part in RUBRIC.parts)


@dataclass(frozen=True)
class Grading:
    """One run of a sample."""

    seed: int
    repeat: int
    classes: frozenset[str]
    outcome: SuiteOutcome


class Gradings:
    """The gradings of samples: of each the first one, and others with more seeds if they are asked for."""

    def __init__(self, suite_cache, samples, repeated):
        """Begin the first grading of all `samples`, and the others of those whose names are `repeated`."""
        self._cache = suite_cache
        self._pool = ThreadPoolExecutor(os.cpu_count())
        self._first, self._others = {}, {}
        for sample in samples:
            self._first[sample.name] = self._pool.submit(self._graded, sample, 1, 0, CLASSES)
            if sample.name in repeated:
                self._others[sample.name] = self._pool.submit(self._repeated, sample)

    def first(self, sample):
        """Wait for the grading of a sample in all classes."""
        return self._first[sample.name].result()

    def others(self, sample):
        """Wait for the gradings of a sample with other seeds, and again with the same."""
        return self._others[sample.name].result()

    def close(self):
        """Cancel gradings that have not begun."""
        self._pool.shutdown(cancel_futures=True)

    def _repeated(self, sample):
        _, *runs = [(seed, repeat) for repeat in range(REPEATS) for seed in SEEDS]
        classes = CLASSES if NIGHTLY else fewer_classes(sample)
        return [self._graded(sample, *run, classes) for run in runs if classes]

    def _graded(self, sample, seed, repeat, classes):
        left_out = sorted(CLASSES - classes | MNIST)
        job = SuiteJob(sample.files, seed, left_out, test_seconds=sample.test_seconds)
        with self._cache.use() as prepared:
            return Grading(seed, repeat, classes, prepared.suite.run(job, prepared.runner))


def fewer_classes(sample):
    """Return the classes in which another seed could change the points of a sample: where it loses tests."""
    return FIRST_OF_EACH_PART if sample.lost == ALL else frozenset(sample.lost)
