"""The failures of a class: all of them by cause, one of them with its students, and the hardest problems."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from grader.usecases.use_case_error import NotFoundError
from grader.web.dependencies import InContext
from grader.web.pages.class_failures import find_failures, find_hardness
from grader.web.pages.class_view import InChosenClass, SelectedClass, read_class
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.page_context import InPageContext
from grader.web.pages.view import kept_page, page

router = APIRouter(prefix="/assignments/{assignment_id}/failures")


@router.get("")
def show_failures(
    request: Request,
    context: InContext,
    page_context: InPageContext,
    who: CurrentUser,
    chosen: InChosenClass,
) -> Response:
    """Show all failures of a class by cause, and its problems, hardest first."""
    rubric = page_context.rubric

    def find_values() -> Mapping[str, object]:
        class_view = read_class(context, chosen)
        required, bonus = (
            [problem for part in parts for problem in part.problems]
            for parts in (rubric.parts, rubric.bonus_parts)
        )
        return {
            "class_view": class_view,
            "failures": find_failures(context, page_context, class_view),
            "problems": find_hardness(context, class_view, required),
            "bonus": find_hardness(context, class_view, bonus),
            "titles": {problem.id: problem.title for problem in rubric.problems},
        }

    return kept_page(request, "failures.html.j2", who, (chosen.key,), find_values)


@router.get("/{key}")
def show_failure(  # noqa: PLR0913, PLR0917 - the values of the page
    request: Request,
    context: InContext,
    page_context: InPageContext,
    who: CurrentUser,
    class_view: SelectedClass,
    key: str,
) -> Response:
    """Show one failure with the students who have it. Raises NotFoundError."""
    failures = find_failures(context, page_context, class_view)
    found = next((each for each in failures if each.key == key), None)
    if found is None:
        raise NotFoundError("No student has this failure any more.")
    titles = {problem.id: problem.title for problem in page_context.rubric.problems}
    values: dict[str, Any] = {
        "class_view": class_view,
        "failure": found,
        "people": class_view.by_submission,
        "titles": titles,
    }
    return page(request, "failure.html.j2", who, **values)
