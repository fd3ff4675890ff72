"""The matrix of students and problems: the losses of a class as a heat map."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fastapi import APIRouter, Request, Response

from grader.core.scoring import format_points
from grader.core.statistics import pass_rates
from grader.store.student_results import StudentResult
from grader.usecases.context import Context
from grader.web.dependencies import InContext
from grader.web.pages.attention import Group, is_in
from grader.web.pages.class_failures import count_unstarted, find_unstarted
from grader.web.pages.class_strips import make_strips
from grader.web.pages.class_view import ClassView, InChosenClass, SelectedClass, read_class
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.matrix_cells import MatrixColumns, levels_of, make_columns, row
from grader.web.pages.page_context import InPageContext
from grader.web.pages.view import csv_file, kept_page

SORTED_BY_NAME, SORTED_BY_SCORE = "name", "score"
ROWS = 50  # of a page
ALL_ROWS = "all"
DIGITS = 6  # of the number of a page, at most

router = APIRouter(prefix="/assignments/{assignment_id}")


@dataclass(frozen=True)
class Choice:
    """The reader's choice of rows: a search, a group, the order, and the page."""

    q: str
    only: Group
    sort: str
    page: str


@dataclass(frozen=True)
class Pages:
    """The rows that one page shows, `first` to `last` of `total`, and its neighbours; empty for none."""

    first: int
    last: int
    total: int
    previous: str
    next: str


@router.get("/matrix")
def show_matrix(  # noqa: PLR0913, PLR0917 - the values of the page
    request: Request,
    context: InContext,
    page_context: InPageContext,
    who: CurrentUser,
    chosen: InChosenClass,
    q: str = "",
    only: Group = Group.ALL,
    sort: str = SORTED_BY_SCORE,
    page: str = "1",
) -> Response:
    """Show the points of each student."""
    choice, columns = Choice(q, only, sort, page), make_columns(page_context.rubric)

    def find_values() -> Mapping[str, Any]:
        class_view = read_class(context, chosen)
        return {
            "class_view": class_view,
            "choice": choice,
            "rubric": page_context.rubric,
            "columns": columns,
            "Group": Group,
            **_table(context, class_view, choice, columns),
        }

    is_part = request.headers.get("hx-target") == "matrix"
    template = "matrix_table.html.j2" if is_part else "matrix.html.j2"
    return kept_page(request, template, who, (chosen.key, choice), find_values)


@router.get("/matrix.csv")
def get_matrix(page_context: InPageContext, class_view: SelectedClass) -> Response:
    """Return the table for a spreadsheet."""
    return csv_file("matrix", _csv_rows(class_view.students, make_columns(page_context.rubric)))


def _table(context: Context, class_view: ClassView, choice: Choice, columns: MatrixColumns) -> dict[str, Any]:
    """Return the values of the table: rows of the page, the summary of the class, its strips."""
    with context.database.read() as session:
        unstarted = find_unstarted(session, class_view)
    points = [each.earned.points for each in class_view.counted]
    rates = pass_rates(columns.problems, points, count_unstarted(unstarted))
    students = sorted(_select(class_view.students, choice), key=_make_sort_key(choice.sort))
    pages = split(len(students), choice.page)
    levels = [levels_of(each.counted, columns, unstarted) if each.counted else [] for each in students]
    shown = slice(pages.first - 1, pages.last)
    return {
        "rates": {each.problem.id: each for each in rates},
        "pages": pages,
        "rows": [row(each, columns, own) for each, own in zip(students[shown], levels[shown], strict=True)],
        "strips": make_strips(levels, columns),
    }


def split(total: int, page: str) -> Pages:
    """Return the rows of a page, which is a number or `all`; a page that is not there is the nearest one."""
    if page == ALL_ROWS:
        return Pages(1, total, total, "", "")
    last_page = max(1, -(-total // ROWS))
    place = min(max(int(page) if page.isdecimal() and len(page) <= DIGITS else 1, 1), last_page)
    return Pages(
        first=ROWS * (place - 1) + 1,
        last=min(ROWS * place, total),
        total=total,
        previous=str(place - 1) if place > 1 else "",
        next=str(place + 1) if place < last_page else "",
    )


def _select(students: Sequence[StudentResult], choice: Choice) -> list[StudentResult]:
    """Return the students of the group whose name or address has every word of the search in it."""
    words = choice.q.casefold().split()
    return [
        each
        for each in students
        if is_in(choice.only, each) and all(word in f"{each.name} {each.email}".casefold() for word in words)
    ]


def _make_sort_key(sort: str) -> Callable[[StudentResult], Any]:
    """Return the key to sort by: a name, or points; students without a verdict come last."""

    def name(student: StudentResult) -> str:
        return (student.name or student.email).casefold()

    def earned(student: StudentResult) -> tuple[bool, bool, float, str]:
        counted = student.counted
        if counted is None:
            return True, True, 0.0, name(student)
        points = counted.earned.score if sort == SORTED_BY_SCORE else counted.earned.points.get(sort)
        return False, points is None, points or 0.0, name(student)

    return name if sort == SORTED_BY_NAME else earned


def _csv_rows(students: Sequence[StudentResult], columns: MatrixColumns) -> Iterable[Sequence[str]]:
    names = ("email", "name", "section", "tries", "submission", "late", "score", "bonus")
    yield *names, *(each.id for each in columns.problems)
    for student in students:
        counted = student.counted
        known = (student.email, student.name, student.section, str(student.attempts))
        if counted is None:
            yield (*known, *[""] * (4 + len(columns.columns)))
            continue
        earned = counted.earned
        points = (earned.points.get(each.id) for each in columns.problems)
        yield (
            *known,
            counted.submission_id,
            "late" if counted.is_late else "",
            format_points(Fraction(earned.score)),
            *("" if each is None else format_points(Fraction(each)) for each in (earned.bonus, *points)),
        )
