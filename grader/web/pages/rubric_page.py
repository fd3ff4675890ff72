"""The rubric as a page: each problem with its tests, the mistakes it catches, and its pass rate."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from grader.core.reading import from_document
from grader.core.rubric import Problem as RubricProblem
from grader.core.statistics import PassRate, pass_rates
from grader.store.failed_tests import count_failed_tests
from grader.store.standard import basis_of
from grader.store.submissions import Basis, newest_document
from grader.web.dependencies import InContext
from grader.web.pages.class_view import SelectedClass
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.page_context import InPageContext
from grader.web.pages.view import page

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
    class_view: SelectedClass,
) -> Response:
    """Show the rubric."""
    with context.database.read() as session:
        lost = count_failed_tests(session, [each.submission_id for each in class_view.counted])
        tests = _tests(session, basis_of(class_view.assignment))
    rates = pass_rates(page_context.rubric.problems, [each.earned.points for each in class_view.counted])
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
    return page(
        request,
        "rubric.html.j2",
        who,
        class_view=class_view,
        rubric=page_context.rubric,
        lines=lines,
        known=bool(tests),
    )


def _tests(session: Session, basis: Basis) -> dict[str, list[tuple[str, str]]]:
    """Return the tests of each problem with their descriptions, from the newest report of this suite."""
    document = newest_document(session, basis)
    if document is None:
        return {}
    problems = from_document(json.loads(document)).score.problems
    return {each.problem.id: [(test.name, test.description) for test in each.results] for each in problems}
