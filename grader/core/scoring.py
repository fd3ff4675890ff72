"""The score: the points of each problem for the outcomes of its tests, in exact arithmetic."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import ClassVar

from grader.core.rubric import Part, Problem, Rubric, ScoringPolicy, is_named

CLOSES_GATE = "closes_gate"  # the property that says in which other way than asked a problem was solved
CAUSE = "cause"  # the property that holds the key of a recognised mistake
PIECE = "piece"  # the property that describes the smallest failing expression, as JSON
GATED_SHARE = Fraction(1, 2)  # of its points that a problem earns at most when its gate is closed

ESSENTIAL_SHARE = Fraction(3, 5)  # of its points that a problem earns at most if an essential test is lost

Property = str | float | bool


class Outcome(StrEnum):
    """How a test ended. All but the first and the last are losses of the submission."""

    PASSED = "passed"
    FAILED = "failed"  # a check did not hold
    ERROR = "error"  # the submission raised, crashed or ran out of time or memory
    NOT_WRITTEN = "not_written"  # the submission has no code for it yet
    NOT_RUN = "not_run"  # the run ended before it
    NOT_JUDGED = "not_judged"  # the grader's own fault, never the submission's


@dataclass(frozen=True)
class TestResult:
    """The outcome of one test of the class `group`, and its text in a report.

    `file` and `line` tell where the test stands. `properties` are facts that it recorded, by name, such as a
    cost that it measured.
    """

    __test__: ClassVar[bool] = False  # tells pytest that this is no class of tests

    name: str
    group: str
    outcome: Outcome
    description: str = ""
    message: str = ""
    expected: str | None = None
    actual: str | None = None
    hint: str | None = None
    seconds: float = 0.0
    file: str = ""
    line: int = 0
    properties: Mapping[str, Property] = field(default_factory=dict)

    @property
    def cause(self) -> str:
        """The key of the mistake that the suite recognised, or the empty text."""
        return str(self.properties.get(CAUSE, ""))


@dataclass(frozen=True)
class ProblemScore:
    """The points of a problem for its results.

    `score` is None if the problem could not be judged. `limited` is a sentence on why the problem earns at
    most a part of its points, or empty.
    """

    problem: Problem
    results: tuple[TestResult, ...]
    score: Fraction | None
    limited: str = ""

    @property
    def passed(self) -> int:
        """The number of tests that passed."""
        return sum(result.outcome is Outcome.PASSED for result in self.results)

    @property
    def losses(self) -> tuple[TestResult, ...]:
        """The tests that the submission lost."""
        return tuple(r for r in self.results if r.outcome not in {Outcome.PASSED, Outcome.NOT_JUDGED})

    @property
    def is_begun(self) -> bool:
        """Whether the submission has any code for the problem."""
        return not self.losses or any(r.outcome is not Outcome.NOT_WRITTEN for r in self.results)

    @property
    def causes(self) -> frozenset[str]:
        """The keys of the mistakes that the suite recognised in its losses."""
        return frozenset(filter(None, (result.cause for result in self.losses)))

    @property
    def lost(self) -> Fraction:
        """The points that are lost; none while the problem is not judged."""
        return Fraction(0) if self.score is None else self.problem.points - self.score

    @property
    def lost_per_test(self) -> Fraction:
        """The points that each of the losses cost, so that they add up to `lost`."""
        return self.lost / len(self.losses) if self.losses else Fraction(0)


@dataclass(frozen=True)
class PartScore:
    """The points of the problems of a part."""

    part: Part
    problems: tuple[ProblemScore, ...]

    @property
    def score(self) -> Fraction | None:
        """The points earned; None while one of its problems is not judged."""
        return _sum(problem.score for problem in self.problems)

    @property
    def max_score(self) -> int:
        """The points that the part is worth."""
        return self.part.max_score


@dataclass(frozen=True)
class Score:
    """The points of a submission: in the parts, and separately in the bonus parts."""

    parts: tuple[PartScore, ...]
    bonus_parts: tuple[PartScore, ...]

    @property
    def score(self) -> Fraction | None:
        """The points earned in the parts; None while one of their problems is not judged."""
        return _sum(part.score for part in self.parts)

    @property
    def max_score(self) -> int:
        """The points that the parts are worth."""
        return sum(part.max_score for part in self.parts)

    @property
    def bonus(self) -> Fraction | None:
        """The points earned in the bonus parts; None while one of their problems is not judged."""
        return _sum(part.score for part in self.bonus_parts)

    @property
    def max_bonus(self) -> int:
        """The points that the bonus parts are worth."""
        return sum(part.max_score for part in self.bonus_parts)

    @property
    def problems(self) -> tuple[ProblemScore, ...]:
        """Every problem in the handout's order, the bonus at the end."""
        return tuple(problem for part in (*self.parts, *self.bonus_parts) for problem in part.problems)

    @property
    def results(self) -> tuple[TestResult, ...]:
        """Every test of every problem."""
        return tuple(result for problem in self.problems for result in problem.results)

    @property
    def unjudged(self) -> tuple[ProblemScore, ...]:
        """The problems, bonus included, that could not be judged."""
        return tuple(problem for problem in self.problems if problem.score is None)

    @property
    def judged(self) -> bool:
        """Whether every problem could be judged."""
        return not self.unjudged


def score(rubric: Rubric, expected: Mapping[str, Sequence[str]], results: Iterable[TestResult]) -> Score:
    """Return the score of `results`.

    `expected` names the tests of each class of the suite: one without a result did not run and is lost.
    Raises ValueError for a result of a test that is not expected, and for two results of one test.
    """
    found = _by_test(expected, results)

    def part_score(part: Part) -> PartScore:
        return PartScore(part, tuple(_problem_score(problem, expected, found) for problem in part.problems))

    return Score(
        parts=tuple(part_score(part) for part in rubric.parts),
        bonus_parts=tuple(part_score(part) for part in rubric.bonus_parts),
    )


def _sum(points: Iterable[Fraction | None]) -> Fraction | None:
    """Return the sum; None if a term is missing, so that no sum counts it as 0."""
    known = list(points)
    return None if None in known else sum((each for each in known if each is not None), Fraction(0))


def format_points(points: Fraction | int) -> str:
    """Return `points`, which are never negative, with at most two decimals: 12, 1.5, 0.67."""
    whole, hundredths = divmod(floor(Fraction(points) * 100 + Fraction(1, 2)), 100)
    return f"{whole}.{hundredths:02}".rstrip("0").rstrip(".")


def _by_test(
    expected: Mapping[str, Sequence[str]], results: Iterable[TestResult]
) -> dict[tuple[str, str], TestResult]:
    """Return the results by class and name of their test, which must be expected and come once."""
    known = {(group, name) for group, names in expected.items() for name in names}
    found: dict[tuple[str, str], TestResult] = {}
    for result in results:
        test = (result.group, result.name)
        if test not in known:
            raise ValueError(f"there is a result of {'::'.join(test)}, which is no test of the suite")
        if test in found:
            raise ValueError(f"there are two results of {'::'.join(test)}; a test has one")
        found[test] = result
    return found


def _problem_score(
    problem: Problem, expected: Mapping[str, Sequence[str]], found: Mapping[tuple[str, str], TestResult]
) -> ProblemScore:
    """Return the score of `problem`, with its results in the order of the suite."""
    group = problem.tests
    results = tuple(found.get((group, name)) or _not_run(group, name) for name in expected.get(group, ()))
    share = _share(problem, results)
    limit = _gate(problem, found) or _essential(problem, results, share) or NO_LIMIT
    earned = None if share is None else problem.points * min(share, limit.share)
    return ProblemScore(problem, results, earned, limit.reason)


@dataclass(frozen=True)
class _Limit:
    """The part of its points that a problem earns at most, and why, as a sentence."""

    share: Fraction
    reason: str


NO_LIMIT = _Limit(Fraction(1), "")


def _gate(problem: Problem, found: Mapping[tuple[str, str], TestResult]) -> _Limit | None:
    """Return the limit if the gate of `problem` is closed.

    A gate test that fails for another reason, such as an operation that is not written yet, closes no gate.
    """
    group, _, name = problem.gate.partition("::")
    gate = found.get((group, name))
    reason = gate.properties.get(CLOSES_GATE) if gate else None
    told = f"This problem earns at most half of its points, because {reason}."
    return _Limit(GATED_SHARE, told) if reason else None


def _essential(problem: Problem, results: Sequence[TestResult], share: Fraction | None) -> _Limit | None:
    """Return the limit if an essential test of `problem` is lost and the others would earn more."""
    if share is None or share <= ESSENTIAL_SHARE:
        return None
    lost = [result for result in results if result.outcome is not Outcome.PASSED]
    essential = [each for each in lost if any(is_named(each.name, name) for name in problem.essential)]
    told = "This problem earns at most 60 % of its points, because an essential test failed: {}."
    return _Limit(ESSENTIAL_SHARE, told.format(essential[0].name)) if essential else None


def _not_run(group: str, name: str) -> TestResult:
    return TestResult(name, group, Outcome.NOT_RUN, message="This test did not run: the run ended before it.")


def _share(problem: Problem, results: Sequence[TestResult]) -> Fraction | None:
    """Return the part of its points that `results` earn: None if one was not judged, 0 without tests."""
    outcomes = [result.outcome for result in results]
    if Outcome.NOT_JUDGED in outcomes:
        return None
    share = Fraction(outcomes.count(Outcome.PASSED), len(outcomes) or 1)
    return Fraction(floor(share)) if problem.policy is ScoringPolicy.ALL_OR_NOTHING else share
