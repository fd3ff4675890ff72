"""The failures that a class shares: lost tests by their cause, with the students who have it.

A recognised mistake is one failure in whatever problems it costs points. So is one error that a submission
raises everywhere. Any other loss is a failure of its problem. Code that is not written yet is no failure.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from grader.core.scoring import Outcome

UNWRITTEN = "NotImplementedError"  # the error of stubs in old reports, which had no such outcome
KEY_DIGITS = 12


@dataclass(frozen=True)
class Loss:
    """The number of tests of one problem that a submission failed in one way, for one reason.

    `cause` is the key of the recognised mistake, or empty.
    """

    submission_id: str
    problem: str
    outcome: Outcome
    reason: str
    cause: str
    tests: int


@dataclass(frozen=True)
class Sufferer:
    """A submission with a failure, the problem that lost most tests by it, and its cost."""

    submission_id: str
    problem: str
    tests: int
    points: float


@dataclass(frozen=True)
class CommonFailure:
    """One failure with its students, those who lose most first.

    `key` names it in an address. `reason` is its most frequent sentence. `problems` are ids, most frequent
    first.
    """

    key: str
    outcome: Outcome
    reason: str
    cause: str
    problems: tuple[str, ...]
    students: tuple[Sufferer, ...]

    @property
    def tests(self) -> int:
        """The most tests that one student loses by it."""
        return max(each.tests for each in self.students)

    @property
    def points_each(self) -> float:
        """The points that it costs a student in the mean."""
        return sum(each.points for each in self.students) / len(self.students)


Places = Mapping[tuple[str, str], float]


def find_common_failures(
    losses: Iterable[Loss], lost_points: Places, lost_tests: Places
) -> list[CommonFailure]:
    """Return the failures in `losses`, those of most students first. Each student has one submission here.

    `lost_points` and `lost_tests` are those of a submission in a problem. Each of its lost tests costs the
    same, unwritten code included.
    """
    costs = {
        place: points / lost_tests[place] for place, points in lost_points.items() if place in lost_tests
    }
    in_order = sorted(losses, key=_group_of)
    failures = [_make_failure(group, list(same), costs) for group, same in groupby(in_order, _group_of)]
    return sorted(failures, key=_by_number)


def _group_of(loss: Loss) -> tuple[str, ...]:
    """Return the values that all losses of one failure share."""
    if loss.cause:
        return ("cause", loss.cause)
    if loss.outcome is Outcome.FAILED:
        return ("problem", loss.problem, loss.outcome, loss.reason)
    return ("error", loss.outcome, loss.reason)


def _make_failure(group: tuple[str, ...], same: Sequence[Loss], costs: Places) -> CommonFailure:
    by_submission: dict[str, list[Loss]] = {}
    for each in same:
        by_submission.setdefault(each.submission_id, []).append(each)
    students = [_make_sufferer(own, costs) for own in by_submission.values()]
    digest = hashlib.sha256(repr(group).encode()).hexdigest()[:KEY_DIGITS]
    problems = Counter(problem for _, problem in {(each.submission_id, each.problem) for each in same})
    return CommonFailure(
        key=same[0].cause if same[0].cause.isidentifier() else digest,
        outcome=same[0].outcome,
        reason=_most_frequent(each.reason for each in same),
        cause=same[0].cause,
        problems=tuple(sorted(problems, key=lambda problem: (-problems[problem], problem))),
        students=tuple(sorted(students, key=lambda each: (-each.points, each.submission_id))),
    )


def _make_sufferer(own: Sequence[Loss], costs: Places) -> Sufferer:
    most = max(own, key=lambda each: each.tests)
    points = sum(each.tests * costs.get((each.submission_id, each.problem), 0.0) for each in own)
    return Sufferer(most.submission_id, most.problem, sum(each.tests for each in own), round(points, 2))


def _most_frequent(reasons: Iterable[str]) -> str:
    counts = Counter(reasons)
    return min(counts, key=lambda reason: (-counts[reason], reason))


def _by_number(failure: CommonFailure) -> tuple[int, int, str, str, str]:
    return -len(failure.students), -failure.tests, failure.problems[0], failure.outcome, failure.reason
