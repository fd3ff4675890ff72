"""The matrix of students and problems: a colour and a number in each cell, with a link to the report."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request, Response
from markupsafe import Markup, escape

from grader.core.rubric import Problem
from grader.store.states import WAITING
from grader.store.student_results import StudentResult
from grader.web.pages.class_view import SelectedClass
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.page_context import InPageContext
from grader.web.pages.view import csv_file, number, page

LOOKS = 4_096  # different cells that are remembered
LEVELS = 4  # between no points and all
SORTED_BY_NAME, SORTED_BY_SCORE = "name", "score"

router = APIRouter(prefix="/assignments/{assignment_id}")


@router.get("/matrix")
def show_matrix(  # noqa: PLR0913, PLR0917 - the values of the page
    request: Request,
    page_context: InPageContext,
    who: CurrentUser,
    class_view: SelectedClass,
    q: str = "",
    sort: str = SORTED_BY_NAME,
) -> Response:
    """Show the points of each student."""
    problems = list(page_context.rubric.problems)
    students = sorted(_search(class_view.students, q), key=_make_sort_key(sort))
    values: dict[str, Any] = {
        "class_view": class_view,
        "problems": problems,
        "rows": [row(each, problems) for each in students],
        "q": q,
        "sort": sort,
        "max_score": page_context.rubric.max_score,
        "max_bonus": page_context.rubric.max_bonus,
    }
    is_part = request.headers.get("hx-target") == "matrix"
    return page(request, "matrix_table.html.j2" if is_part else "matrix.html.j2", who, **values)


@router.get("/matrix.csv")
def get_matrix(page_context: InPageContext, class_view: SelectedClass) -> Response:
    """Return the table for a spreadsheet."""
    return csv_file("matrix", _csv_rows(class_view.students, list(page_context.rubric.problems)))


def row(student: StudentResult, problems: Sequence[Problem]) -> Markup:
    """Return the row of a student.

    A table has thousands of cells, so Python makes them and no template. Names and sections are text that
    people wrote, and are escaped. All else comes from us: numbers, ids of problems and ids of submissions.
    """
    name, section = escape(student.name or student.email), escape(student.section)
    score, bonus, cells = _format_earned(student, problems)
    return Markup(  # noqa: S704 - see above
        f'<tr><th scope="row"><a href="students/{student.user_id}">{name}</a></th><td>{section}</td>'
        f'<td class="number">{student.attempts}</td><td class="number">{score}</td>'
        f'<td class="number">{bonus}</td>{cells}</tr>'
    )


def _format_earned(student: StudentResult, problems: Sequence[Problem]) -> tuple[str, str, str]:
    """Return the cell of the score, the cell of the bonus, and the cells of the problems."""
    counted = student.counted
    if counted is None:
        waits = student.newest is not None and student.newest.state in WAITING
        return "waits" if waits else "\N{EN DASH}", "", "<td></td>" * len(problems)
    there, points = f"/submissions/{counted.submission_id}", counted.earned.points
    late = " late" if counted.is_late else ""
    looks = [(problem.id, *_format_points(points.get(problem.id), problem.points)) for problem in problems]
    cells = [
        f'<td{level}><a href="{there}#problem-{problem}">{shown}</a></td>' for problem, level, shown in looks
    ]
    score = f'<a href="{there}">{number(counted.earned.score)}</a>{late}'
    bonus = counted.earned.bonus
    return score, "?" if bonus is None else number(bonus), "".join(cells)


@lru_cache(LOOKS)
def _format_points(points: float | None, maximum: int) -> tuple[str, str]:
    """Return the attribute and the text of a cell."""
    if points is None:
        return "", "?"
    return f' class="level{_level(points, maximum)}"', number(points)


def _level(points: float, maximum: int) -> int:
    """Return 0 for no points, LEVELS for all points, and a level between for some."""
    if points >= maximum:
        return LEVELS
    return 0 if points <= 0 else 1 + int(points / maximum * (LEVELS - 1))


def _search(students: Sequence[StudentResult], q: str) -> list[StudentResult]:
    """Return the students whose name or address has every word of `q` in it."""
    words = q.casefold().split()
    return [
        each for each in students if all(word in f"{each.name} {each.email}".casefold() for word in words)
    ]


def _make_sort_key(sort: str) -> Callable[[StudentResult], Any]:
    """Return the key to sort by: a name, or points; students without a verdict come last."""
    if sort == SORTED_BY_NAME:
        return lambda student: (student.name or student.email).casefold()

    def earned(student: StudentResult) -> tuple[bool, float]:
        counted = student.counted
        if counted is None:
            return True, 0.0
        points = counted.earned.score if sort == SORTED_BY_SCORE else counted.earned.points.get(sort)
        return points is None, points or 0.0

    return earned


def _csv_rows(students: Sequence[StudentResult], problems: Sequence[Problem]) -> Iterable[Sequence[str]]:
    yield (
        "email",
        "name",
        "section",
        "tries",
        "submission",
        "late",
        "score",
        "bonus",
        *(each.id for each in problems),
    )
    for student in students:
        counted = student.counted
        known = (student.email, student.name, student.section, str(student.attempts))
        if counted is None:
            yield (*known, *[""] * (4 + len(problems)))
            continue
        earned = counted.earned
        points = (earned.points.get(each.id) for each in problems)
        yield (
            *known,
            counted.submission_id,
            "late" if counted.is_late else "",
            number(earned.score),
            *("" if each is None else number(each) for each in (earned.bonus, *points)),
        )
