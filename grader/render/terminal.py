"""The report in a terminal: parts, problems, points, and the first reason for each loss."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.core.advice import blocked_by, hint_of, next_step
from grader.core.report import GradedReport, Status, first_line
from grader.core.rubric import Problem
from grader.core.scoring import Outcome, PartScore, ProblemScore, Score, TestResult, format_points
from grader.core.text import clean_line
from grader.render.marks import mark_of

REASON_CHARACTERS = 300
OWN_CHARACTERS = 1_000  # of a failure of the grader, which gives advice
Blocked = Mapping[str, Sequence[ProblemScore]]
COLOURS = {
    Outcome.PASSED: "green",
    "partial": "yellow",
    Outcome.FAILED: "red",
    Outcome.ERROR: "magenta",
    Outcome.NOT_WRITTEN: "dim",
    Outcome.NOT_RUN: "yellow",
    Outcome.NOT_JUDGED: "yellow",
}
STATES = {
    Status.GRADED: None,
    Status.NOT_GRADABLE: "The submission cannot be imported, so no test could run.",
    Status.GRADER_ERROR: "Grading failed on our side. No attempt used.",
}


def print_report(report: GradedReport, console: Console) -> None:
    """Print `report`."""
    console.print(render_terminal(report))


def render_terminal(report: GradedReport) -> RenderableType:
    """Return `report` for a rich console."""
    common = _common_reason(report)
    reason = [Text(common, "red")] if common else []
    table = _table(report.score, with_reasons=not common)
    return Group(*_header(report), *reason, table, Text(), *_footer(report, common))


def _common_reason(report: GradedReport) -> str:
    """Return why nothing could run, which is then told once and not with each problem."""
    if report.status is not Status.NOT_GRADABLE:
        return ""
    losses = (loss for problem in report.score.problems for loss in problem.losses)
    return next((loss.message for loss in losses), "")


def _header(report: GradedReport) -> list[RenderableType]:
    score = report.score
    line = Text.assemble((report.title, "bold"), "  ", _points(score.score, score.max_score, "bold cyan"))
    if score.bonus_parts:
        line.append_text(Text.assemble("  bonus ", _points(score.bonus, score.max_bonus), style="cyan"))
    state = STATES[report.status]
    return [line, *([Text(state, "bold red")] if state else []), *_unjudged_lines(score)]


def _unjudged_lines(score: Score) -> list[RenderableType]:
    """Say which problems have no points, and that no sum counts them as 0."""
    if score.judged:
        return []
    titles = ", ".join(scored.problem.title for scored in score.unjudged)
    return [Text(f"Not judged: {titles}. A sum without the points of one of these is shown as -.", "yellow")]


def _footer(report: GradedReport, common: str) -> list[RenderableType]:
    notes = [note for note in [*report.notes, *report.staff_notes] if note not in common]
    lines = [Text(clean_line(note, REASON_CHARACTERS), "yellow") for note in notes]
    step = next_step(report.score)
    if step and report.status is Status.GRADED:
        problem = step.problem
        lines.append(
            Text.assemble(("Next: ", "bold"), f"{problem.title}{_section(problem)}. {hint_of(step)}")
        )
    rests = (
        f"{report.suite_tests} tests in {report.seconds:.1f} s · suite {report.suite_sha256[:8]} · "
        f"rubric {report.rubric_sha256[:8]} · seed {report.seed_id} · runner {report.runner} "
        f"(isolation: {report.isolation})"
        + (f" · Python {report.python}, numpy {report.numpy}" if report.python else "")
    )
    return [*lines, Text(rests, "dim")]


def _section(problem: Problem) -> str:
    """Return the section of the handout that sets a problem, in brackets, or the empty text."""
    return f" (handout, section {problem.section})" if problem.section else ""


def _table(score: Score, *, with_reasons: bool) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
    table.add_column(width=1)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    blocked = blocked_by(score)
    for part in score.parts:
        _add_part(table, part, blocked, with_reasons=with_reasons)
    if score.bonus_parts:
        table.add_row()
        table.add_row(
            "", Text("Bonus (not in the score)", "cyan"), _points(score.bonus, score.max_bonus, "cyan"), ""
        )
    for part in score.bonus_parts:
        _add_part(table, part, blocked, with_reasons=with_reasons)
    return table


def _add_part(table: Table, part: PartScore, blocked: Blocked, *, with_reasons: bool) -> None:
    table.add_row()
    table.add_row("", Text(part.part.title, "bold"), _points(part.score, part.max_score, "bold"), "")
    for problem in part.problems:
        _add_problem(table, problem, blocked.get(problem.problem.id, ()), with_reason=with_reasons)


def _add_problem(
    table: Table, problem: ProblemScore, first: Sequence[ProblemScore], *, with_reason: bool
) -> None:
    tests = f"{problem.passed}/{len(problem.results)} tests"
    what = Text(problem.problem.title)
    if with_reason and problem.limited:
        what.append("\n" + problem.limited, "dim")
    if with_reason and (problem.losses or problem.score is None):
        what.append("\n" + (_pointer(problem, first) if first else _reason(problem)), "dim")
    points = _points(problem.score, problem.problem.points)
    table.add_row(_glyph(problem), what, points, Text(tests, "dim"))


def _pointer(problem: ProblemScore, first: Sequence[ProblemScore]) -> str:
    """Return the sentence that points to the earlier problems because of which this one loses."""
    titles = ", ".join(each.problem.title for each in first)
    return (
        f"because of an earlier problem: {titles}"
        if problem.is_begun
        else f"not written yet; first: {titles}"
    )


def _reason(problem: ProblemScore) -> str:
    """Return the first reason for a loss, with the number of the others."""
    if not problem.is_begun:
        return "not written yet"
    reasons = problem.losses or tuple(r for r in problem.results if r.outcome is Outcome.NOT_JUDGED)
    first = _sentence(reasons[0])
    return f"{first} (and {len(reasons) - 1} more)" if len(reasons) > 1 else first


def _sentence(result: TestResult) -> str:
    is_ours = result.outcome is Outcome.NOT_JUDGED
    return clean_line(
        f"{result.name}: {first_line(result)}", OWN_CHARACTERS if is_ours else REASON_CHARACTERS
    )


def _glyph(problem: ProblemScore) -> Text:
    mark = mark_of(problem)
    return Text(mark.glyph, COLOURS[mark.name])


def _points(score: Fraction | None, maximum: int, style: str = "") -> Text:
    shown = "-" if score is None else format_points(score)
    return Text(f"{shown} / {maximum}", style)
