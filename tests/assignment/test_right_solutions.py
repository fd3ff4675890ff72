"""Right solutions of many designs get all points that the handout's text asks for, under every seed.

GRADER_NIGHTLY=1 grades each under 200 seeds, else under 5.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from grader.core.rubric import parse_rubric
from grader.core.scoring import score
from grader.sandbox.forking import JAIL
from grader.suite.cache import SuiteCache
from grader.suite.messages import SuiteJob
from tests.assignment.samples import ROOT, load_samples
from tests.grader.support.nightly import NIGHTLY

pytestmark = pytest.mark.slow

SEEDS = range(1, 201 if NIGHTLY else 6)
MNIST = ("TestMNISTTraining", "TestMNISTAccuracy")  # they train for minutes
RUBRIC = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
BONUS = {problem.tests for part in RUBRIC.bonus_parts for problem in part.problems}
SECOND_DERIVATIVES = "TestGradOfGrad"  # half of them are beyond the textbook: a bonus within the 104 points
RIGHT = [sample for sample in load_samples() if sample.is_right]
LEAST_DESIGNS = 15


@pytest.fixture(scope="module")
def suite_cache():
    """Return the assignment with everything prepared, submissions running in the jail."""
    with closing(SuiteCache(ROOT, [JAIL])) as suite_cache:
        yield suite_cache


def lost_tests(suite_cache, sample, seed):
    """Return the tests that a sample loses under a seed, bonuses aside, and its points."""
    job = SuiteJob(sample.files, seed, MNIST, test_seconds=sample.test_seconds)
    with suite_cache.use() as prepared:
        outcome = prepared.suite.run(job, prepared.runner)
    scored = score(RUBRIC, outcome.expected, outcome.results)
    problems = [problem for part in scored.parts for problem in part.problems]
    lost = [f"{test.group}::{test.name}: {test.message}" for each in problems for test in each.losses]
    return lost, sum(problem.score for problem in problems)


def test_the_designs_are_many():
    """At least fifteen samples are right, and each loses at most bonuses and second derivatives."""
    assert len(RIGHT) >= LEAST_DESIGNS
    assert [sample.name for sample in RIGHT if set(sample.lost) - BONUS - {SECOND_DERIVATIVES}] == []
    assert [sample.name for sample in RIGHT if sample.score < RUBRIC.max_score - 1] == []


@pytest.mark.parametrize("sample", RIGHT, ids=lambda sample: sample.name)
def test_a_right_solution_loses_nothing_under_any_seed(suite_cache, sample):
    """Neither another design nor other inputs cost a right solution a point."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = list(pool.map(lambda seed: lost_tests(suite_cache, sample, seed), SEEDS))

    unexpected = [
        f"seed {seed}: {lost}"
        for seed, (all_lost, _) in zip(SEEDS, runs, strict=True)
        for lost in all_lost
        if lost.partition("::")[0] not in sample.lost
    ]
    assert unexpected == []
    assert {points for _, points in runs} == {sample.score}
