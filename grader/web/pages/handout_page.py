"""The handout of an assignment, in which each problem shows the reader's own state."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from grader.core.reading import from_document
from grader.core.scoring import ProblemScore
from grader.handout import Handout
from grader.store.submissions import find_report
from grader.usecases.access import find_assignment
from grader.usecases.context import Context
from grader.usecases.use_case_error import NotFoundError
from grader.web.dependencies import InContext
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.history import ListedSubmission, best, list_submissions
from grader.web.pages.page_context import InPageContext, PageContext
from grader.web.pages.view import kept_page

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
FIGURE_HEADERS = {
    "Content-Security-Policy": POLICY,  # a drawing that is opened by itself runs nothing
    "Cache-Control": "private, max-age=31536000, immutable",  # its address changes with its bytes
}

router = APIRouter(prefix="/assignments/{assignment_id}")


@router.get("/handout")
def show_handout(
    request: Request, context: InContext, page_context: InPageContext, who: CurrentUser, assignment_id: str
) -> Response:
    """Show the handout to a member of the course."""
    with context.database.read() as session:
        assignment = find_assignment(session, who, assignment_id)
        handout = _handout_of(page_context)
        counted = best(list_submissions(session, who.id, assignment))

    def find_values() -> Mapping[str, Any]:
        is_student = assignment.course_id not in who.staff_courses
        values = {"assignment": assignment, "handout": handout, "counted": counted, "is_student": is_student}
        return {**values, "scores": _scores(context, counted)}

    return kept_page(request, "handout.html.j2", who, (assignment.id, assignment.title, counted), find_values)


@router.get("/handout/{name:path}")
def show_figure(
    context: InContext, page_context: InPageContext, who: CurrentUser, assignment_id: str, name: str
) -> Response:
    """Return a figure of the handout."""
    with context.database.read() as session:
        find_assignment(session, who, assignment_id)
    figure = _handout_of(page_context).figures.get(name)
    if figure is None:
        raise NotFoundError("The handout has no such figure.")
    return Response(figure.content, media_type=figure.media_type, headers=FIGURE_HEADERS)


def _handout_of(page_context: PageContext) -> Handout:
    if page_context.handout is None:
        raise NotFoundError("This assignment has no handout here. Your course tells you where it is.")
    return page_context.handout


def _scores(context: Context, counted: ListedSubmission | None) -> Mapping[str, ProblemScore]:
    """Return the scores of the problems in the submission that counts, by id."""
    if counted is None or counted.attempt is None:
        return {}
    with context.database.read() as session:
        report = find_report(session, counted.id, counted.attempt)
    return {each.problem.id: each for each in from_document(json.loads(report.document)).score.problems}
