"""The rubric as a page: each problem with its tests, the mistakes it catches, and how the class did on it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.core.reading import from_document
from grader.core.rubric import Problem as RubricProblem
from grader.core.statistics import PassRate, pass_rates
from grader.store.losses import lost_tests
from grader.store.standard import basis_of
from grader.store.submissions import Basis
from grader.store.tables import Report
from grader.web.api.context import InContext
from grader.web.pages.site import OnSite
from grader.web.pages.staff import Seen
from grader.web.pages.view import page
from grader.web.pages.visitor import Visitor

router = APIRouter(prefix="/assignments/{assignment_id}")


@dataclass(frozen=True)
class TestLine:
    """A test, what it checks, and by how many it was lost."""

    name: str
    description: str
    lost: int


@dataclass(frozen=True)
class ProblemLine:
    """A problem, its tests as far as they are known, and how the class did."""

    problem: RubricProblem
    tests: Sequence[TestLine]
    known_mistakes: Sequence[str]
    rate: PassRate


@router.get("/rubric")
def show_rubric(request: Request, context: InContext, site: OnSite, who: Visitor, seen: Seen) -> Response:
    """Show what points are given for."""
    with context.database.read() as session:
        lost = lost_tests(session, [each.submission_id for each in seen.counting])
        tests = _tests(session, basis_of(seen.assignment))
    rates = pass_rates(site.rubric.problems, [each.earned.points for each in seen.counting])
    lines = {
        rate.problem.id: ProblemLine(
            rate.problem,
            [
                TestLine(name, description, lost.get((rate.problem.id, name), 0))
                for name, description in tests.get(rate.problem.id, ())
            ],
            site.known_mistakes.get(rate.problem.id, ()),
            rate,
        )
        for rate in rates
    }
    return page(
        request,
        "rubric.html.j2",
        who,
        seen=seen,
        rubric=site.rubric,
        lines=lines,
        known=bool(tests),
    )


def _tests(session: Session, basis: Basis) -> dict[str, list[tuple[str, str]]]:
    """Return the tests of each problem, with what they check, as the newest report of this suite has them."""
    current = select(Report.document).where(
        Report.suite_sha256 == basis.suite_sha256, Report.rubric_sha256 == basis.rubric_sha256
    )
    document = session.scalar(current.order_by(Report.created_at.desc()).limit(1))
    if document is None:
        return {}
    problems = from_document(json.loads(document)).score.problems
    return {each.problem.id: [(test.name, test.description) for test in each.results] for each in problems}
