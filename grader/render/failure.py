"""A failure in a terminal: the reason, input, expected and actual value, hint, cost, and the next command."""

import re
from collections.abc import Sequence

from grader.core.advice import hint_of
from grader.core.rubric import Problem
from grader.core.scoring import Outcome, ProblemScore, TestResult, format_points
from grader.render.block import Field, Kind

FRAME = re.compile(r'^  File "([^"\n]+)", line (\d+)', re.MULTILINE)
INPUT = re.compile(r"^(?:\S+ = .*|shapes in the test: .*)$")
SMALLEST = "smallest expression"  # the values below this line are those of a smaller failure


def problem_fields(scored: ProblemScore, first: Sequence[ProblemScore] = ()) -> list[Field]:
    """Return the fields below the line of a problem that lost points, or that was not judged.

    A problem that loses because of the problems `first` points to them only.
    """
    if first:
        return [Field("", f"waits for {', '.join(each.problem.title for each in first)}", style="dim")]
    if scored.score is None:
        return [Field("", unjudged_reason(scored), style="yellow")]
    if not scored.losses:
        return [Field("", scored.limited)] if scored.limited else []
    result = chosen_loss(scored)
    if result.outcome is Outcome.NOT_RUN:
        return [Field("", first_line(result))]
    hint = Field("hint", result.hint or hint_of(scored))
    return [*reason_fields(result), hint, *_cost(scored), again(command_for(scored.problem))]


def chosen_loss(scored: ProblemScore) -> TestResult:
    """Return the loss that a problem shows: the first one that is more than missing code."""
    begun = [each for each in scored.losses if each.outcome is not Outcome.NOT_WRITTEN]
    return (begun or scored.losses)[0]


def unjudged_reason(scored: ProblemScore) -> str:
    """Return why a problem was not judged."""
    reasons = [each for each in scored.results if each.outcome is Outcome.NOT_JUDGED]
    return f"not judged, our fault: {first_line(reasons[0])}" if reasons else "not judged"


def reason_fields(result: TestResult) -> list[Field]:
    """Return the fields that say how a test was lost."""
    return [
        Field("", first_line(result)),
        Field("where", place_of(result.message), Kind.VALUE),
        Field("input", input_of(result.message), Kind.ASIDE),
        Field("smallest", smallest_of(result.message), Kind.ASIDE),
        Field("test", _sentence(result), Kind.ASIDE, "dim"),
        Field("expected", result.expected or "", Kind.VALUE, "green"),
        Field("got", result.actual or "", Kind.VALUE, "red"),
    ]


def again(command: str) -> Field:
    """Return the field of the command that runs a failure again."""
    return Field("again", command, Kind.WHOLE, "bold")


def command_for(problem: Problem) -> str:
    """Return the command that runs the tests of a problem in a student's project."""
    return f"uv run pytest -k {problem.tests}"


def first_line(result: TestResult) -> str:
    """Return the reason of a loss; a test without one shows its sentence."""
    return result.message.strip().partition("\n")[0] or result.description or result.name


def place_of(message: str) -> str:
    """Return the innermost line of the student's traceback, or the empty text."""
    frames = FRAME.findall(message)
    return f"{frames[-1][0]}, line {frames[-1][1]}" if frames else ""


def input_of(message: str) -> str:
    """Return the inputs that a message lists, on one line."""
    lines = message.partition(SMALLEST)[0].splitlines()[1:]
    return "; ".join(" ".join(line.split()) for line in lines if INPUT.match(line))


def smallest_of(message: str) -> str:
    """Return the smallest failing expression that a message shows, with its values, on one line."""
    first, *values = message.partition(SMALLEST)[2].splitlines() or [""]
    lines = [first.partition(": ")[2], *values]
    return "; ".join(" ".join(line.split()) for line in lines if line and not FRAME.match(line))


def section_of(problem: Problem) -> str:
    """Return the section of the handout that sets a problem, in words, or the empty text."""
    return f"handout, section {problem.section}" if problem.section else ""


def _sentence(result: TestResult) -> str:
    """Return the sentence of a test where the reason is not this sentence already."""
    return result.description if result.message.strip() else ""


def _cost(scored: ProblemScore) -> list[Field]:
    lost = f"{format_points(scored.lost)} of {scored.problem.points} points"
    tests = "1 test" if len(scored.losses) == 1 else f"{len(scored.losses)} tests"
    section = section_of(scored.problem)
    cost = Field("cost", f"{lost} by {tests}{f'; {section}' if section else ''}", Kind.WHOLE)
    return [Field("limit", scored.limited, Kind.VALUE), cost]
