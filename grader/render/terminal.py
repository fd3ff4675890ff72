"""The report in a terminal: parts, problems, points, and for each loss the reason and the next command."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from grader.core.advice import blocked_by
from grader.core.report import GradedReport, Status
from grader.core.scoring import PartScore, ProblemScore, Score
from grader.render.advice_lines import advice_lines
from grader.render.block import Field
from grader.render.failure import problem_fields
from grader.render.points_table import PointsLine, Ran, part_rows, points_of, table_lines, total_row
from grader.render.screen import NARROWEST, Screen

REASON_LINES = 10
STATES = {
    Status.GRADED: None,
    Status.NOT_GRADABLE: "The submission cannot be imported, so no test could run.",
    Status.GRADER_ERROR: "Grading failed on our side. No attempt used.",
}


def console_for(stream: IO[str], environment: Mapping[str, str] = os.environ) -> Console:
    """Return a console that writes to `stream`, in colour where the terminal has it and nobody refuses it."""
    is_plain = environment.get("NO_COLOR") or environment.get("FORCE_COLOR") == "0"
    columns = environment.get("COLUMNS", "")
    return Console(
        file=stream,
        width=max(int(columns), NARROWEST) if columns.isdecimal() else None,
        color_system=None if is_plain else "auto",
        markup=False,
        emoji=False,
        highlight=False,
    )


def print_report(report: GradedReport, console: Console) -> None:
    """Print `report`; its lines fit the width of the console, or 40 columns."""
    console.print(ReportView(report), crop=False, overflow="ignore", no_wrap=True)


class ReportView:
    """A report as a rich console prints it."""

    def __init__(self, report: GradedReport) -> None:
        """Show `report`."""
        self._report = report

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines that fit the console."""
        yield from report_lines(self._report, Screen.of(options.max_width, options.encoding))


def report_lines(report: GradedReport, screen: Screen) -> Iterator[Text]:
    """Yield `report` as lines."""
    common = _common_reason(report)
    yield from _header(report, screen)
    yield from _paragraph(common, screen)
    yield Text()
    rows = _sums(report.score) if common else _rows(report.score)
    yield from table_lines(list(rows), screen)
    yield Text()
    yield from _footer(report, common, screen)


def _common_reason(report: GradedReport) -> str:
    """Return why nothing could run, which is then shown once and not with each problem."""
    if report.status is not Status.NOT_GRADABLE:
        return ""
    losses = (loss for problem in report.score.problems for loss in problem.losses)
    return next((loss.message for loss in losses), "")


def _header(report: GradedReport, screen: Screen) -> Iterator[Text]:
    score = report.score
    sums = [points_of(score.score, score.max_score)]
    if score.bonus_parts:
        sums.append(f"bonus {points_of(score.bonus, score.max_bonus)}")
    *lines, last = screen.wrap(screen.text(report.title), screen.width)
    line = "  ".join([last, *sums])
    for each in [*lines, line] if cell_len(line) <= screen.width else [*lines, last, *sums]:
        yield Text(each, "bold cyan")
    yield from _wrapped(STATES[report.status] or "", screen, "bold red")
    if not score.judged:
        titles = ", ".join(scored.problem.title for scored in score.unjudged)
        told = f"Not judged: {titles}. A sum without the points of one of these is shown as -."
        yield from _wrapped(told, screen, "cyan")


def _paragraph(reason: str, screen: Screen) -> Iterator[Text]:
    """Yield the first lines of a reason that has lines of its own, such as a traceback."""
    lines = [
        f"{' ' * (len(line) - len(line.lstrip()))}{part}" if number == 0 else part
        for line in reason.splitlines()
        for number, part in enumerate(screen.wrap(screen.text(line), screen.width - 4))
    ]
    for line in lines[:REASON_LINES]:
        yield Text(line, "red")


def _rows(score: Score) -> Iterator[PointsLine]:
    blocked = blocked_by(score)

    def below(scored: ProblemScore) -> Sequence[Field]:
        return problem_fields(scored, blocked.get(scored.problem.id, ()))

    for part in score.parts:
        yield from part_rows(part, Ran(), below)
    if score.bonus_parts:
        yield total_row("Bonus (not in the score)", score.bonus, score.max_bonus)
    for part in score.bonus_parts:
        yield from part_rows(part, Ran(), below)


def _sums(score: Score) -> Iterator[PointsLine]:
    """Yield one row for each part."""
    parts: tuple[PartScore, ...] = (*score.parts, *score.bonus_parts)
    for part in parts:
        yield total_row(part.part.title, part.score, part.max_score)


def _footer(report: GradedReport, common: str, screen: Screen) -> Iterator[Text]:
    for note in [*report.notes, *report.staff_notes]:
        if note not in common:
            yield from _wrapped(note, screen, "yellow")
    if report.status is Status.GRADED:
        yield from advice_lines(report.score, screen)
    yield from _wrapped(_grounds(report), screen, "dim")


def _grounds(report: GradedReport) -> str:
    """Return the facts on which the verdict depends."""
    versions = f" · Python {report.python}, numpy {report.numpy}" if report.python else ""
    return (
        f"{report.suite_tests} tests in {report.seconds:.1f} s · suite {report.suite_sha256[:8]} · "
        f"rubric {report.rubric_sha256[:8]} · seed {report.seed_id} · runner {report.runner} "
        f"(isolation: {report.isolation}){versions}"
    )


def _wrapped(text: str, screen: Screen, style: str) -> Iterator[Text]:
    """Yield `text` as lines; none for the empty text."""
    if text:
        for line in screen.wrap(screen.text(text), screen.width):
            yield Text(line, style)
