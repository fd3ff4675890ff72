"""The page of one student for staff: the score that counts, the way to it, the losses, the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from grader.core.common_failures import CommonFailure, Sufferer
from grader.core.role import LEADS
from grader.core.rubric import Part, Rubric
from grader.core.statistics import median, middle_half
from grader.store.audit_log import entries_about
from grader.store.student_results import Counts, StudentResult, list_verdicts
from grader.usecases.access import find_student
from grader.usecases.context import Context
from grader.web.dependencies import InContext
from grader.web.pages.class_failures import find_failures, find_unstarted
from grader.web.pages.class_view import ClassView, InChosenClass, read_class
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.history import ListedSubmission, list_submissions
from grader.web.pages.page_context import InPageContext, PageContext
from grader.web.pages.plots import CurvePlot, plot_curve
from grader.web.pages.student_record import list_happenings
from grader.web.pages.view import kept_page

WHY = {
    Counts.BEST: "the best of those in time",
    Counts.LATEST: "the latest of those in time",
}

router = APIRouter(prefix="/assignments/{assignment_id}")


@dataclass(frozen=True)
class PartLine:
    """A part: the points of the student, None if not judged, and the mean share of the class."""

    part: Part
    points: float | None
    class_share: float | None


@dataclass(frozen=True)
class PlaceInClass:
    """The place of a score in the class: 1 for the highest; equal scores share a place."""

    number: int
    of: int
    median: float | None


@router.get("/students/{user_id}")
def show_student(  # noqa: PLR0913, PLR0917 - the values of the page
    request: Request,
    context: InContext,
    page_context: InPageContext,
    who: CurrentUser,
    chosen: InChosenClass,
    user_id: int,
) -> Response:
    """Show the way of a student, and the record of what happened."""
    assignment = chosen.assignment
    with context.database.read() as session:
        student, member = find_student(session, assignment, user_id)
        submissions = list_submissions(session, user_id, assignment)
        verdicts = list_verdicts(session, user_id, assignment)
        may_read = who.roles.get(assignment.course_id) in LEADS
        subjects = [student.email, *(each.id for each in submissions)]
        audit = entries_about(session, assignment.course_id, subjects) if may_read else []
    happenings = list_happenings(submissions, verdicts, audit)

    def find_values() -> Mapping[str, Any]:
        class_view = read_class(context, chosen)
        standing = _standing(context, page_context, class_view, user_id, submissions)
        known = {"class_view": class_view, "student": student, "member": member, "submissions": submissions}
        return {**known, **standing, "why": WHY[chosen.filter.counts], "happenings": happenings}

    key = (chosen.key, user_id, student.name, member.role, submissions, happenings)
    return kept_page(request, "student.html.j2", who, key, find_values)


def _standing(
    context: Context,
    page_context: PageContext,
    class_view: ClassView,
    user_id: int,
    submissions: Sequence[ListedSubmission],
) -> dict[str, Any]:
    """Return the values that compare a student with the class."""
    rubric = page_context.rubric
    own = next((each for each in class_view.students if each.user_id == user_id), None)
    counted = own.counted.submission_id if own and own.counted else ""
    with context.database.read() as session:
        places = find_unstarted(session, class_view)
    return {
        "own": own,
        "counted": next((each for each in submissions if each.id == counted), None),
        "place": _place(own, class_view),
        "curve": _curve(submissions, class_view, rubric),
        "middle": middle_half(each.earned.score for each in class_view.counted),
        "parts": _parts(own, class_view, rubric),
        "causes": _causes(counted, find_failures(context, page_context, class_view)),
        "unstarted": [each for each in rubric.problems if (counted, each.id) in places],
        "titles": {problem.id: problem.title for problem in rubric.problems},
        "max_score": rubric.max_score,
    }


def _place(own: StudentResult | None, class_view: ClassView) -> PlaceInClass | None:
    if own is None or own.counted is None:
        return None
    scores = [each.earned.score for each in class_view.counted]
    better = sum(score > own.counted.earned.score for score in scores)
    return PlaceInClass(better + 1, len(scores), median(scores))


def _curve(
    submissions: Sequence[ListedSubmission], class_view: ClassView, rubric: Rubric
) -> CurvePlot | None:
    """Return the scores over real time; None for less than one score."""
    rows = [
        (each.received_at, f"submission {each.number}", each.score)
        for each in submissions
        if each.score is not None
    ]
    band = middle_half(each.earned.score for each in class_view.counted)
    return plot_curve(rows, rubric.max_score, band, class_view.assignment.due_at) if rows else None


def _parts(own: StudentResult | None, class_view: ClassView, rubric: Rubric) -> list[PartLine]:
    if own is None or own.counted is None:
        return []
    points = own.counted.earned.points
    everybody = [each.earned.points for each in class_view.counted]
    bonus = tuple(problem for part in rubric.bonus_parts for problem in part.problems)
    parts = [*rubric.parts, *([Part("bonus", "Bonus", bonus)] if bonus else [])]
    return [PartLine(part, _sum(part, points), _share(part, everybody)) for part in parts]


def _sum(part: Part, points: Mapping[str, float | None]) -> float | None:
    earned = [points.get(problem.id) for problem in part.problems]
    return None if None in earned else sum(each for each in earned if each is not None)


def _share(part: Part, everybody: Sequence[Mapping[str, float | None]]) -> float | None:
    """Return the mean share of a part's points over the students who were judged on it."""
    sums = [earned for points in everybody if (earned := _sum(part, points)) is not None]
    return sum(sums) / (len(sums) * part.max_score) if sums else None


def _causes(counted: str, failures: Sequence[CommonFailure]) -> list[tuple[CommonFailure, Sufferer]]:
    """Return the failures of a submission with their cost, the dearest first."""
    own = [(each, one) for each in failures for one in each.students if one.submission_id == counted]
    return sorted(own, key=lambda pair: -pair[1].points)
