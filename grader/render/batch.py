"""The verdicts on a folder of submissions in a terminal: one line for each."""

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult

from grader.core.report import GradedReport, Status
from grader.core.scoring import Outcome
from grader.render.block import Field
from grader.render.csv import Row as Graded
from grader.render.marks import MARKS, Mark
from grader.render.points_table import COLOURS, PointsLine, points_of, table_lines
from grader.render.screen import Screen

MARK_OF_STATUS = {Status.NOT_GRADABLE: MARKS[Outcome.ERROR], Status.GRADER_ERROR: MARKS[Outcome.NOT_JUDGED]}
NOTE_OF_STATUS = {Status.NOT_GRADABLE: "not gradable", Status.GRADER_ERROR: "our fault"}


class BatchView:
    """The verdicts as a rich console prints them."""

    def __init__(self, graded: Sequence[Graded]) -> None:
        """Show `graded` in its order."""
        self._graded = graded

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines that fit the console."""
        screen = Screen.of(options.max_width, options.encoding)
        yield from table_lines([_row(each) for each in self._graded], screen)


def print_batch(graded: Sequence[Graded], console: Console) -> None:
    """Print a line for each submission, and below it the reason where it has no report."""
    console.print(BatchView(graded), crop=False, overflow="ignore", no_wrap=True)


def _row(graded: Graded) -> PointsLine:
    outcome = graded.outcome
    if not isinstance(outcome, GradedReport):
        return _without_report(graded, outcome)
    mark = _mark(outcome)
    points = points_of(outcome.score.score, outcome.score.max_score)
    note = NOTE_OF_STATUS.get(outcome.status, "")
    return PointsLine(graded.submission, points, note, mark.glyph, COLOURS[mark.name])


def _without_report(graded: Graded, reason: str) -> PointsLine:
    is_ours = graded.status == Status.GRADER_ERROR
    mark = MARKS[Outcome.NOT_JUDGED if is_ours else Outcome.FAILED]
    note = NOTE_OF_STATUS[Status.GRADER_ERROR] if is_ours else graded.status
    below = [Field("", reason, style="dim")]
    return PointsLine(graded.submission, "-", note, mark.glyph, COLOURS[mark.name], below=below)


def _mark(report: GradedReport) -> Mark:
    """Return the mark of a whole report."""
    if report.status in MARK_OF_STATUS:
        return MARK_OF_STATUS[report.status]
    score = report.score
    if score.score == score.max_score:
        return MARKS[Outcome.PASSED]
    if not any(problem.is_begun for problem in score.problems):
        return MARKS[Outcome.NOT_WRITTEN]
    return MARKS["partial" if score.score else Outcome.FAILED]
