"""The rubric as a page: each problem with its tests, the mistakes it catches, and its pass rate."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from grader.core.reading import from_document
from grader.core.rubric import Problem as RubricProblem
from grader.core.statistics import PassRate, pass_rates
from grader.store.failed_tests import count_failed_tests
from grader.store.standard import basis_of
from grader.store.submissions import Basis, newest_document
from grader.usecases.context import Context
from grader.web.dependencies import InContext
from grader.web.pages.class_failures import count_unstarted, find_unstarted
from grader.web.pages.class_view import ClassView, InChosenClass, read_class
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.page_context import InPageContext, PageContext
from grader.web.pages.view import kept_page

router = APIRouter(prefix="/assignments/{assignment_id}")


@dataclass(frozen=True)
class TestLine:
    """A test, its description, and the number of students who failed it."""

    name: str
    description: str
    lost: int


@dataclass(frozen=True)
class ProblemLine:
    """A problem with its known tests and its pass rate."""

    problem: RubricProblem
    tests: Sequence[TestLine]
    known_mistakes: Sequence[str]
    rate: PassRate


@router.get("/rubric")
def show_rubric(
    request: Request,
    context: InContext,
    page_context: InPageContext,
    who: CurrentUser,
    chosen: InChosenClass,
) -> Response:
    """Show the rubric."""

    def find_values() -> Mapping[str, object]:
        return _values(context, page_context, read_class(context, chosen))

    return kept_page(request, "rubric.html.j2", who, (chosen.key,), find_values)


def _values(context: Context, page_context: PageContext, class_view: ClassView) -> dict[str, object]:
    """Return the values of the page."""
    with context.database.read() as session:
        lost = count_failed_tests(session, class_view.counted_ids)
        unstarted = count_unstarted(find_unstarted(session, class_view))
        tests = _tests(session, basis_of(class_view.assignment))
    points = [each.earned.points for each in class_view.counted]
    rates = pass_rates(page_context.rubric.problems, points, unstarted)
    lines = {
        rate.problem.id: ProblemLine(
            rate.problem,
            [
                TestLine(name, description, lost.get((rate.problem.id, name), 0))
                for name, description in tests.get(rate.problem.id, ())
            ],
            page_context.known_mistakes.get(rate.problem.id, ()),
            rate,
        )
        for rate in rates
    }
    return {
        "class_view": class_view,
        "rubric": page_context.rubric,
        "lines": lines,
        "known": bool(tests),
    }


def _tests(session: Session, basis: Basis) -> dict[str, list[tuple[str, str]]]:
    """Return the tests of each problem with their descriptions, from the newest report of this suite."""
    document = newest_document(session, basis)
    if document is None:
        return {}
    problems = from_document(json.loads(document)).score.problems
    return {each.problem.id: [(test.name, test.description) for test in each.results] for each in problems}
