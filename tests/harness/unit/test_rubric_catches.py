"""The mistakes that rubric.yaml says its tests catch: each is proven by a sample submission that makes it."""

import pytest

from grader.core.rubric import parse_rubric
from tests.harness.samples import ALL, ROOT, load_samples

FEW = 2  # a sample that loses no more classes than that is about them
RUBRIC = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
PROBLEMS = {problem.id: problem for problem in RUBRIC.problems}
REQUIRED = [problem.id for part in RUBRIC.parts for problem in part.problems]
SAMPLES = [each for each in load_samples() if each.lost != ALL and not each.is_right]


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_mistake_is_one_that_a_sample_makes(name):
    """Each sentence is that of a sample, and the sample loses a test of the problem's class."""
    problem = PROBLEMS[name]
    proven = {sample.wrong for sample in SAMPLES if problem.tests in sample.lost}

    assert set(problem.catches) <= proven
    assert len(set(problem.catches)) == len(problem.catches)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_about_few_problems_is_listed_by_each(sample):
    """What is known to be caught is told."""
    focus = sample.lost if len(sample.lost) <= FEW else ()
    listed = {problem.tests for problem in RUBRIC.problems if sample.wrong in problem.catches}

    assert set(focus) <= listed


@pytest.mark.parametrize("name", REQUIRED)
def test_every_problem_of_the_points_catches_something(name):
    """No points are given for tests that no sample has ever lost."""
    assert PROBLEMS[name].catches
