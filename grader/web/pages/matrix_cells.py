"""The rows of the matrix: what a student lost stands in words and in coloured cells.

A matrix has thousands of cells, so Python makes them and no template. A cell with all points is blank, one of
a problem that is not started is a dot, and only a loss has a number and a link. Names and sections are text
that people wrote, and are escaped. All else comes from us: numbers, ids of problems and ids of submissions.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from grader.core.rubric import Part, Problem, Rubric
from grader.render.decimals import in_column
from grader.store.student_results import CountedSubmission, StudentResult
from grader.web.pages.attention import Group, is_in

LOOKS = 4_096  # different cells that are remembered
MOST_WORDS = 3  # losses that a row tells in words
LONG_NAME = 24  # characters that fit the column
ALL, UNSTARTED, UNJUDGED = "", "o", "u"  # levels besides those of SHARES
SHARES = ((2 / 3, "a"), (1 / 3, "b"), (0.0, "c"))  # by the share of points kept, above which a level begins
NONE = "d"


@dataclass(frozen=True)
class Column:
    """A problem as a column of the matrix; `begins` tells whether a part begins with it."""

    problem: Problem
    begins: bool
    is_bonus: bool


@dataclass(frozen=True)
class MatrixColumns:
    """The problems of the matrix, and the parts above them: title, points, number of columns."""

    columns: tuple[Column, ...]
    parts: tuple[tuple[str, int, int], ...]

    @property
    def problems(self) -> list[Problem]:
        """The problems in the order of the columns."""
        return [each.problem for each in self.columns]


def make_columns(rubric: Rubric) -> MatrixColumns:
    """Return the columns of a rubric; all parts of the bonus are one."""
    bonus = [problem for part in rubric.bonus_parts for problem in part.problems]
    parts = [*rubric.parts, *([Part("bonus", "Bonus", tuple(bonus))] if bonus else [])]
    return MatrixColumns(
        tuple(
            Column(problem, not place, problem in bonus)
            for part in parts
            for place, problem in enumerate(part.problems)
        ),
        tuple((part.title, part.max_score, len(part.problems)) for part in parts),
    )


def levels_of(
    counted: CountedSubmission, columns: MatrixColumns, unstarted: Collection[tuple[str, str]]
) -> list[str]:
    """Return the level of each problem of a submission."""
    points, submission = counted.earned.points, counted.submission_id
    return [
        UNSTARTED if (submission, problem.id) in unstarted else _level(points.get(problem.id), problem.points)
        for problem in columns.problems
    ]


def row(student: StudentResult, columns: MatrixColumns, levels: Sequence[str]) -> Markup:
    """Return the row of a student; `levels` are those of the counted submission, if there is one."""
    shown = student.name or student.email
    title = f' title="{escape(shown)}"' if len(shown) > LONG_NAME else ""
    name = f'<th scope="row"{title}><a href="students/{student.user_id}">{escape(shown)}</a></th>'
    counted = student.counted
    return Markup(  # noqa: S704 - see above
        f"<tr>{name}{_absent(student, columns) if counted is None else _cells(counted, columns, levels)}</tr>"
    )


def _absent(student: StudentResult, columns: MatrixColumns) -> str:
    """Return the cells of a student without a verdict."""
    if student.newest is None:
        words = "nothing handed in"
    else:
        words = "waits for a verdict" if is_in(Group.WAITING, student) else "no verdict"
    cells = '<td class="n">\N{EN DASH}</td><td class="n q"></td>'
    return f'{cells}<td class="none" colspan="{len(columns.columns)}">{words}</td><td class="w"></td>'


def _cells(counted: CountedSubmission, columns: MatrixColumns, levels: Sequence[str]) -> str:
    earned, points = counted.earned, counted.earned.points
    there = f"/submissions/{counted.submission_id}"
    late = "<i>late</i> " if counted.is_late else ""
    bonus = "?" if earned.bonus is None else in_column(earned.bonus)
    cells = "".join(
        _blank(level, column.begins)
        if level in {ALL, UNSTARTED}
        else _lost(level, points.get(column.problem.id), column, there)
        for level, column in zip(levels, columns.columns, strict=True)
    )
    return (
        f'<td class="n">{late}<a href="{there}">{earned.score:.2f}</a></td><td class="n q">{bonus}</td>'
        f'{cells}<td class="w">{_words(counted, columns, levels)}</td>'
    )


@lru_cache(LOOKS)
def _level(points: float | None, maximum: int) -> str:
    if points is None:
        return UNJUDGED
    if points >= maximum:
        return ALL
    share = points / maximum
    return next((level for limit, level in SHARES if share >= limit and share > 0), NONE)


@lru_cache(LOOKS)
def _blank(level: str, begins: bool) -> str:  # noqa: FBT001 - cached by place
    classes = " ".join(filter(None, (level, "p" if begins else "")))
    return f'<td class="{classes}"></td>' if classes else "<td></td>"


def _lost(level: str, points: float | None, column: Column, there: str) -> str:
    classes = f"{level} p" if column.begins else level
    return f'<td class="{classes}"><a href="{there}#problem-{column.problem.id}">{tenths(points)}</a></td>'


@lru_cache(LOOKS)
def tenths(points: float | None) -> str:
    """Return points with one decimal, rounded down, so that no loss looks like all points."""
    if points is None:
        return "?"
    kept = int(points * 10) / 10 or (0.1 if points > 0 else 0)
    return f"{kept:.1f}".removesuffix(".0")


def _words(counted: CountedSubmission, columns: MatrixColumns, levels: Sequence[str]) -> str:
    """Return the largest losses and the number of problems that are not started, for narrow screens."""
    points = counted.earned.points
    lost = [
        (problem.points - kept, place, problem, kept)
        for place, (level, problem) in enumerate(zip(levels, columns.problems, strict=True))
        if level not in {ALL, UNSTARTED} and (kept := points.get(problem.id)) is not None
    ]
    told = ", ".join(
        f"{escape(problem.title)} {tenths(kept)}/{problem.points}"
        for _, _, problem, kept in sorted(lost, key=lambda each: (-each[0], each[1]))[:MOST_WORDS]
    )
    unstarted = levels.count(UNSTARTED)
    return " · ".join(filter(None, (told, f"{unstarted} not started" if unstarted else "")))
