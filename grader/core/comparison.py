"""The changes from one report to another: points by part, and tests with another outcome by problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.core.report import GradedReport
from grader.core.rubric import Part
from grader.core.rubric import Problem as RubricProblem
from grader.core.scoring import Outcome, ProblemScore, TestResult

Tests = dict[str, TestResult]  # by name


@dataclass(frozen=True)
class TestChange:
    """A test with two outcomes; one of the two is None if its suite had no such test."""

    before: TestResult | None
    after: TestResult | None

    @property
    def test(self) -> TestResult:
        """The test, as the later of the two reports names it."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of the two is there
        return found

    @property
    def is_better(self) -> bool:
        """Whether it passes now."""
        return self.after is not None and self.after.outcome is Outcome.PASSED

    @property
    def is_lost(self) -> bool:
        """Whether it passed before, and ended otherwise now."""
        passed = self.before is not None and self.before.outcome is Outcome.PASSED
        return passed and self.after is not None and not self.is_better


@dataclass(frozen=True)
class ProblemChange:
    """A problem with the tests that have another outcome."""

    problem: RubricProblem
    before: ProblemScore | None
    after: ProblemScore | None
    changes: Sequence[TestChange]

    @property
    def points(self) -> Fraction | None:
        """The points that the later report has more; None if one of the two has none."""
        if self.before is None or self.after is None:
            return None
        return _difference(self.before.score, self.after.score)

    @property
    def lost(self) -> Sequence[TestChange]:
        """The tests that no longer pass."""
        return [each for each in self.changes if each.is_lost]

    @property
    def gained(self) -> Sequence[TestChange]:
        """The tests that pass now."""
        return [each for each in self.changes if each.is_better]

    @property
    def others(self) -> Sequence[TestChange]:
        """The tests that ended in another way, and that did not pass in the later report."""
        return [each for each in self.changes if not (each.is_lost or each.is_better)]


@dataclass(frozen=True)
class ChangeGroup:
    """Tests of one description that changed in one way; `before` and `after` stand for all of them."""

    before: TestResult | None
    after: TestResult | None
    description: str
    names: Sequence[str]


@dataclass(frozen=True)
class PartChange:
    """A part with its points in both reports; None if the points are not known."""

    part: Part
    before: Fraction | None
    after: Fraction | None

    @property
    def points(self) -> Fraction | None:
        """The points that the later report has more; None if one of the two has none."""
        return _difference(self.before, self.after)


def find_parts(before: GradedReport, after: GradedReport) -> list[PartChange]:
    """Return the parts of the later report without the bonus, with the points of both."""
    earlier = {each.part.id: each.score for each in before.score.parts}
    return [PartChange(each.part, earlier.get(each.part.id), each.score) for each in after.score.parts]


def find_changes(before: GradedReport, after: GradedReport) -> list[ProblemChange]:
    """Return the problems with a test that has another outcome, in the handout's order."""
    earlier = {each.problem.id: each for each in before.score.problems}
    later = {each.problem.id: each for each in after.score.problems}
    found = []
    for problem_id in later | earlier:
        old, new = earlier.get(problem_id), later.get(problem_id)
        tests = _compare_tests(_by_name(old), _by_name(new))
        known = new or old
        if tests and known:
            found.append(ProblemChange(known.problem, old, new, tests))
    return found


def group_changes(changes: Sequence[TestChange]) -> list[ChangeGroup]:
    """Return the changes, those of one description and the same outcomes together."""
    groups: dict[object, list[TestChange]] = {}
    for each in changes:
        ends = [side and side.outcome for side in (each.before, each.after)]
        groups.setdefault((*ends, each.test.description), []).append(each)
    return [
        ChangeGroup(first.before, first.after, first.test.description, [each.test.name for each in found])
        for found in groups.values()
        for first in found[:1]
    ]


def _compare_tests(before: Tests, after: Tests) -> list[TestChange]:
    pairs = [(before.get(name), after.get(name)) for name in after | before]
    return [TestChange(old, new) for old, new in pairs if not (old and new) or old.outcome is not new.outcome]


def _by_name(scored: ProblemScore | None) -> Tests:
    return {result.name: result for result in scored.results} if scored else {}


def _difference(before: Fraction | None, after: Fraction | None) -> Fraction | None:
    return None if before is None or after is None else after - before
