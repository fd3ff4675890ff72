"""The failures of a class by cause, and the hardness of its problems."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from grader.core.common_failures import CommonFailure, find_common_failures
from grader.core.rubric import Problem
from grader.core.statistics import PassRate, pass_rates
from grader.store.failed_tests import count_failed_tests, count_lost_tests, find_begun, list_losses
from grader.usecases.context import Context
from grader.web.pages.class_view import ClassView
from grader.web.pages.page_context import PageContext


@dataclass(frozen=True)
class Hardness:
    """The pass rate of a problem, and how many students failed each of its tests, hardest first."""

    rate: PassRate
    lost: Sequence[tuple[str, int]]


def find_failures(context: Context, page_context: PageContext, class_view: ClassView) -> list[CommonFailure]:
    """Return the failures of the class, those of most students first."""
    with context.database.read() as session:
        losses = list_losses(session, class_view.attempts)
        lost_tests = count_lost_tests(session, class_view.attempts)
    lost_points = class_view.lost_points(list(page_context.rubric.problems))
    return find_common_failures(losses, lost_points, lost_tests)


def find_hardness(context: Context, class_view: ClassView, problems: Sequence[Problem]) -> list[Hardness]:
    """Return how the class did on these problems, hardest first."""
    with context.database.read() as session:
        lost = count_failed_tests(session, class_view.counted_ids)
        unstarted = count_unstarted(find_unstarted(session, class_view))
    rates = pass_rates(problems, [each.earned.points for each in class_view.counted], unstarted)
    return [Hardness(rate, _of(lost, rate.problem.id)) for rate in rates]


def find_unstarted(session: Session, class_view: ClassView) -> set[tuple[str, str]]:
    """Return the submissions and problems without points and without code."""
    begun = find_begun(session, class_view.attempts)
    return {
        (counted.submission_id, problem)
        for counted in class_view.counted
        for problem, points in counted.earned.points.items()
        if points == 0 and (counted.submission_id, problem) not in begun
    }


def count_unstarted(places: set[tuple[str, str]]) -> Mapping[str, int]:
    """Return the number of submissions without code for a problem, by its id."""
    return Counter(problem for _, problem in places)


def _of(lost: Mapping[tuple[str, str], int], problem_id: str) -> list[tuple[str, int]]:
    tests = [(test, count) for (problem, test), count in lost.items() if problem == problem_id]
    return sorted(tests, key=lambda pair: (-pair[1], pair[0]))
