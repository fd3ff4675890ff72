"""The mark of an outcome, the same wherever a report is shown: a glyph and a word."""

from dataclasses import dataclass

from grader.core.scoring import Outcome, PartScore, ProblemScore, TestResult


@dataclass(frozen=True)
class Mark:
    """How an outcome looks: never by colour alone. Each renderer has a colour for `name`.

    A terminal shows the glyph, and a page the icon.
    """

    name: str
    glyph: str
    word: str
    icon: str


MARKS = {
    mark.name: mark
    for mark in (
        Mark(Outcome.PASSED, "\N{CHECK MARK}", "passed", "check"),
        Mark("partial", "\N{CIRCLE WITH LEFT HALF BLACK}", "partial", "contrast"),
        Mark(Outcome.FAILED, "\N{BALLOT X}", "failed", "x"),
        Mark(Outcome.ERROR, "!", "crashed", "octagon-alert"),
        Mark(Outcome.NOT_WRITTEN, "\N{MIDDLE DOT}", "not started", "circle-dashed"),
        Mark(Outcome.NOT_RUN, "\N{CIRCLED DIVISION SLASH}", "not run", "circle-slash"),
        Mark(Outcome.NOT_JUDGED, "?", "not judged", "wrench"),
    )
}


def mark_of(scored: TestResult | ProblemScore | PartScore) -> Mark:
    """Return how the outcome of a test, a problem or a part looks."""
    if isinstance(scored, TestResult):
        return MARKS[scored.outcome]
    problems = scored.problems if isinstance(scored, PartScore) else (scored,)
    if any(problem.score is None for problem in problems):
        return MARKS[Outcome.NOT_JUDGED]
    if not any(problem.lost for problem in problems):
        return MARKS[Outcome.PASSED]
    if any(problem.score for problem in problems):
        return MARKS["partial"]
    outcomes = [result.outcome for problem in problems for result in problem.losses]
    return MARKS[outcomes[0] if outcomes else Outcome.NOT_RUN]
