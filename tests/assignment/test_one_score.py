"""One code, one score: each sample submission gets the same points under every seed and in every repeat.

GRADER_NIGHTLY=1 grades each sample under 20 seeds, 10 times each. Else there are three seeds and two
repeats. Then the first run has all classes, and the others have those in which the sample loses tests.
"""

import pytest

from grader.core.scoring import score
from tests.assignment.gradings import RUBRIC
from tests.assignment.samples import load_samples

pytestmark = pytest.mark.slow

REQUIRED = frozenset(problem.tests for part in RUBRIC.parts for problem in part.problems)
SAMPLES = load_samples()


def points_of(grading):
    """Return the points of each class that was run."""
    problems = score(RUBRIC, grading.outcome.expected, grading.outcome.results).problems
    return {one.problem.tests: one.score for one in problems if one.problem.tests in grading.classes}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
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


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_an_honest_submission_gets_no_integrity_note(all_gradings):
    """A wrong submission that computes its answers is not suspected of having stored them."""
    assert [note for run in all_gradings for note in run.outcome.staff_notes] == []
