"""Every student and every problem in one table: colour and number, each a link to the report."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request, Response
from markupsafe import Markup, escape

from grader.core.rubric import Problem
from grader.store.standings import Standing
from grader.store.states import WAITING
from grader.web.pages.class_view import Seen
from grader.web.pages.current_user import Visitor
from grader.web.pages.page_context import OnSite
from grader.web.pages.view import csv_file, number, page

LOOKS = 4_096  # different cells that are remembered
LEVELS = 4  # between no points and all
SORTED_BY_NAME, SORTED_BY_SCORE = "name", "score"

router = APIRouter(prefix="/assignments/{assignment_id}")


@router.get("/matrix")
def show_matrix(  # noqa: PLR0913, PLR0917 - what the page is made of
    request: Request,
    site: OnSite,
    who: Visitor,
    seen: Seen,
    q: str = "",
    sort: str = SORTED_BY_NAME,
) -> Response:
    """Show who has which points."""
    problems = list(site.rubric.problems)
    students = sorted(_searched(seen.students, q), key=_order(sort))
    values: dict[str, Any] = {
        "seen": seen,
        "problems": problems,
        "rows": [row(each, problems) for each in students],
        "q": q,
        "sort": sort,
        "max_score": site.rubric.max_score,
        "max_bonus": site.rubric.max_bonus,
    }
    is_part = request.headers.get("hx-target") == "matrix"
    return page(request, "matrix_table.html.j2" if is_part else "matrix.html.j2", who, **values)


@router.get("/matrix.csv")
def get_matrix(site: OnSite, seen: Seen) -> Response:
    """Return the table for a spreadsheet."""
    return csv_file("matrix", _csv_rows(seen.students, list(site.rubric.problems)))


def row(student: Standing, problems: Sequence[Problem]) -> Markup:
    """Return the row of a student.

    The cells are many thousand, so they are made here and not by a template. Only names and sections are text
    of people, and escaped; all else are numbers of ours, ids of problems, which are identifiers, and ids of
    submissions, which we gave.
    """
    name, section = escape(student.name or student.email), escape(student.section)
    score, bonus, cells = _earned(student, problems)
    return Markup(  # noqa: S704 - see above
        f'<tr><th scope="row"><a href="students/{student.user_id}">{name}</a></th><td>{section}</td>'
        f'<td class="number">{student.tries}</td><td class="number">{score}</td>'
        f'<td class="number">{bonus}</td>{cells}</tr>'
    )


def _earned(student: Standing, problems: Sequence[Problem]) -> tuple[str, str, str]:
    """Return what stands in the cells of score and bonus, and the cells of the problems."""
    counting = student.counting
    if counting is None:
        waits = student.newest is not None and student.newest.state in WAITING
        return "waits" if waits else "\N{EN DASH}", "", "<td></td>" * len(problems)
    there, points = f"/submissions/{counting.submission_id}", counting.earned.points
    late = " late" if counting.is_late else ""
    looks = [(problem.id, *_look(points.get(problem.id), problem.points)) for problem in problems]
    cells = [
        f'<td{level}><a href="{there}#problem-{problem}">{shown}</a></td>' for problem, level, shown in looks
    ]
    score = f'<a href="{there}">{number(counting.earned.score)}</a>{late}'
    bonus = counting.earned.bonus
    return score, "?" if bonus is None else number(bonus), "".join(cells)


@lru_cache(LOOKS)
def _look(points: float | None, maximum: int) -> tuple[str, str]:
    """Return the attribute and the text of a cell."""
    if points is None:
        return "", "?"
    return f' class="level{_level(points, maximum)}"', number(points)


def _level(points: float, maximum: int) -> int:
    """Return 0 for no points, LEVELS for all, and what is between for some."""
    if points >= maximum:
        return LEVELS
    return 0 if points <= 0 else 1 + int(points / maximum * (LEVELS - 1))


def _searched(students: Sequence[Standing], q: str) -> list[Standing]:
    """Return the students whose name or address has every word of `q` in it."""
    words = q.casefold().split()
    return [
        each for each in students if all(word in f"{each.name} {each.email}".casefold() for word in words)
    ]


def _order(sort: str) -> Callable[[Standing], Any]:
    """Return the key to sort by: a name, or what was earned; who has no verdict comes last."""
    if sort == SORTED_BY_NAME:
        return lambda student: (student.name or student.email).casefold()

    def earned(student: Standing) -> tuple[bool, float]:
        counting = student.counting
        if counting is None:
            return True, 0.0
        points = counting.earned.score if sort == SORTED_BY_SCORE else counting.earned.points.get(sort)
        return points is None, points or 0.0

    return earned


def _csv_rows(students: Sequence[Standing], problems: Sequence[Problem]) -> Iterable[Sequence[str]]:
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
        counting = student.counting
        known = (student.email, student.name, student.section, str(student.tries))
        if counting is None:
            yield (*known, *[""] * (4 + len(problems)))
            continue
        earned = counting.earned
        points = (earned.points.get(each.id) for each in problems)
        yield (
            *known,
            counting.submission_id,
            "late" if counting.is_late else "",
            number(earned.score),
            *("" if each is None else number(each) for each in (earned.bonus, *points)),
        )
