"""Tables as CSV, and the gradebook of a folder of submissions: one line each, one column per problem."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.core.report import GradedReport, Status
from grader.core.rubric import Rubric
from grader.core.scoring import Score, format_points
from grader.core.text import clean_line

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CELL_CHARACTERS = 500


@dataclass(frozen=True)
class Row:
    """What became of one submission: a report, or why there is none (refused at intake, or our failure)."""

    submission: str
    outcome: GradedReport | str
    status: str


def render_csv(rubric: Rubric, rows: Iterable[Row]) -> str:
    """Return the gradebook."""
    problems = [problem.id for problem in rubric.problems]
    names = ["submission", "status", "score", "max_score", "bonus", "max_bonus", *problems, "reason"]
    return csv_text([names, *(_values(row, problems) for row in rows)])


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return a table; every cell is one line of text that no spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _values(row: Row, problems: Sequence[str]) -> list[str]:
    report = row.outcome
    if isinstance(report, str):
        return [row.submission, row.status, *[""] * (4 + len(problems)), report]
    score = report.score
    counts = report.status is not Status.GRADER_ERROR
    totals = [_points(score.score) if counts else "", str(score.max_score)]
    bonus = [_points(score.bonus) if counts else "", str(score.max_bonus)]
    earned = {scored.problem.id: _points(scored.score) for scored in score.problems}
    reason = "; ".join([*_unjudged(score), *report.notes, *report.staff_notes])
    return [
        row.submission,
        row.status,
        *totals,
        *bonus,
        *(earned.get(problem, "") for problem in problems),
        reason,
    ]


def _unjudged(score: Score) -> list[str]:
    """Return the sentence that names the problems without points, if there are any."""
    names = ", ".join(scored.problem.id for scored in score.unjudged)
    return [f"not judged, so no sum: {names}"] if names else []


def _points(earned: Fraction | None) -> str:
    return "" if earned is None else format_points(earned)


def _cell(value: str) -> str:
    line = clean_line(value, CELL_CHARACTERS)
    return f"'{line}" if line.startswith(FORMULA_STARTS) else line
