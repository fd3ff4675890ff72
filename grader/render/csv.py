"""Tables as CSV, and the gradebook of a folder of submissions: one line each, one column per problem."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from grader.core.label import Label
from grader.core.report import GradedReport, Status
from grader.core.rubric import Rubric
from grader.core.scoring import Score, format_points
from grader.core.text import clean_line

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CELL_CHARACTERS = 500
LABELS = ("student", "id", "attempt", "late", "counts")
_YES_NO = ("no", "yes")


@dataclass(frozen=True)
class Row:
    """One submission in the gradebook: its report, or the reason why it has none."""

    submission: str
    outcome: GradedReport | str
    status: str
    label: Label = field(default_factory=Label)


def render_csv(rubric: Rubric, rows: Iterable[Row]) -> str:
    """Return the gradebook."""
    problems = [problem.id for problem in rubric.problems]
    names = ["submission", *LABELS, "status", "score", "max_score", "bonus", "max_bonus", *problems, "reason"]
    listed = list(rows)
    counting = _counting(listed)
    return csv_text(
        [names, *(_values(row, number in counting, problems) for number, row in enumerate(listed))]
    )


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return a table; every cell is one line of text that no spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _counting(rows: Sequence[Row]) -> set[int]:
    """Return the numbers of the rows that count: of each person the last graded one, if possible in time."""
    by_person: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        by_person.setdefault(row.label.person or f"\0{number}", []).append(number)
    return {max(own, key=lambda number: _rank(rows[number], number)) for own in by_person.values()}


def _rank(row: Row, number: int) -> tuple[bool, bool, str, int, int]:
    label = row.label
    received = label.received_at.isoformat() if label.received_at else ""
    attempt = int(label.attempt) if label.attempt.isdecimal() else 0
    return isinstance(row.outcome, GradedReport), not label.is_late, received, attempt, number


def _labels(row: Row, *, counts: bool) -> list[str]:
    late = "" if row.label.is_late is None else _YES_NO[row.label.is_late]
    return [row.label.student, row.label.id, row.label.attempt, late, _YES_NO[counts]]


def _values(row: Row, counts: bool, problems: Sequence[str]) -> list[str]:  # noqa: FBT001 - a cell
    report = row.outcome
    labels = _labels(row, counts=counts)
    if isinstance(report, str):
        return [row.submission, *labels, row.status, *[""] * (4 + len(problems)), report]
    score = report.score
    is_judged = report.status is not Status.GRADER_ERROR
    totals = [_points(score.score) if is_judged else "", str(score.max_score)]
    bonus = [_points(score.bonus) if is_judged else "", str(score.max_bonus)]
    earned = {scored.problem.id: _points(scored.score) for scored in score.problems}
    reason = "; ".join([*_unjudged_note(score), *report.notes, *report.staff_notes])
    return [
        row.submission,
        *labels,
        row.status,
        *totals,
        *bonus,
        *(earned.get(problem, "") for problem in problems),
        reason,
    ]


def _unjudged_note(score: Score) -> list[str]:
    """Return the sentence that names the problems without points, if there are any."""
    names = ", ".join(scored.problem.id for scored in score.unjudged)
    return [f"not judged, so no sum: {names}"] if names else []


def _points(earned: Fraction | None) -> str:
    return "" if earned is None else format_points(earned)


def _cell(value: str) -> str:
    line = clean_line(value, CELL_CHARACTERS)
    return f"'{line}" if line.startswith(FORMULA_STARTS) else line
