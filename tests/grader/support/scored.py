"""Scores of small rubrics, from the outcomes of their tests."""

from grader.core.rubric import Part, Problem, Rubric, ScoringPolicy
from grader.core.scoring import Outcome, TestResult, score

PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR
NOT_RUN, NOT_JUDGED = Outcome.NOT_RUN, Outcome.NOT_JUDGED


def problem(name, points=2, policy=ScoringPolicy.PROPORTIONAL):
    """Return a problem whose test class is `Test<name>`."""
    return Problem(id=name.lower(), title=name, points=points, tests=f"Test{name}", policy=policy)


def rubric_of(*problems, bonus=()):
    """Return a rubric of one part, and of one bonus part if there are bonus problems."""
    bonus_parts = (Part("extra", "Extra", tuple(bonus)),) if bonus else ()
    return Rubric("T", "cases", (Part("part1", "Part 1", tuple(problems)),), bonus_parts)


def scored(rubric, **outcomes):
    """Return the score when the tests of each class, `A` meaning `TestA`, end with the given outcomes."""
    expected = {f"Test{name}": [f"test_{i}" for i in range(len(ends))] for name, ends in outcomes.items()}
    results = [
        TestResult(f"test_{i}", f"Test{name}", end)
        for name, ends in outcomes.items()
        for i, end in enumerate(ends)
    ]
    return score(rubric, expected, results)
