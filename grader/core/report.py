"""The graded report: a frozen record of a submission's points, the reasons, and the grading details."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from grader.core.advice import blocked_by
from grader.core.scoring import Outcome, PartScore, ProblemScore, Score, TestResult, format_points

SCHEMA = "graded-report/1"


class Status(StrEnum):
    """Whether the score is a verdict on the submission."""

    GRADED = "graded"
    NOT_GRADABLE = "not_gradable"  # the submission cannot be imported: graded, with the reason, as it stands
    GRADER_ERROR = "grader_error"  # the grader failed: the score does not count


@dataclass(frozen=True)
class GradedReport:
    """A verdict. Times are ISO 8601 in UTC; all text in it is cleaned of control characters.

    `staff_notes` are not part of the document, which students read.
    """

    title: str
    sha256: str
    files: Sequence[str]
    received_at: str
    suite_sha256: str
    suite_tests: int
    rubric_sha256: str
    seed_id: str
    runner: str
    isolation: str
    started_at: str
    seconds: float
    status: Status
    score: Score
    output: str = ""
    python: str = ""
    numpy: str = ""
    notes: Sequence[str] = ()
    staff_notes: Sequence[str] = ()

    @property
    def complete(self) -> bool:
        """Whether the submission was graded and everything in it, bonus included, could be judged."""
        return self.status is Status.GRADED and self.score.judged


def status_of(score: Score, *, loadable: bool) -> Status:
    """Return the status of a run: a problem that was not judged, bonus included, is the grader's fault."""
    if not score.judged:
        return Status.GRADER_ERROR
    return Status.GRADED if loadable else Status.NOT_GRADABLE


def to_document(report: GradedReport) -> dict[str, Any]:
    """Return the report as the JSON document that docs/report.schema.json describes."""
    score = report.score
    blocked = {name: [each.problem.id for each in first] for name, first in blocked_by(score).items()}
    return {
        "schema": SCHEMA,
        "title": report.title,
        "submission": {
            "sha256": report.sha256,
            "files": list(report.files),
            "received_at": report.received_at,
        },
        "suite": {"sha256": report.suite_sha256, "tests": report.suite_tests},
        "rubric": {"sha256": report.rubric_sha256},
        "seed_id": report.seed_id,
        "runner": {
            "name": report.runner,
            "isolation": report.isolation,
            "python": report.python,
            "numpy": report.numpy,
        },
        "started_at": report.started_at,
        "seconds": round(report.seconds, 3),
        "status": report.status.value,
        "score": points(score.score),
        "max_score": score.max_score,
        "bonus": points(score.bonus),
        "max_bonus": score.max_bonus,
        "parts": [_part(part, blocked, bonus=False) for part in score.parts]
        + [_part(part, blocked, bonus=True) for part in score.bonus_parts],
        "output": report.output,
        "notes": list(report.notes),
    }


def points(exact: Fraction | int | None) -> float | None:
    """Return points as a number with at most two decimals; None stays None."""
    return None if exact is None else float(format_points(exact))


def first_line(result: TestResult) -> str:
    """Return the reason of a loss in one line."""
    line = result.message.partition("\n")[0]
    if result.cause and result.hint:
        return f"{line} {result.hint}"
    if result.outcome is Outcome.FAILED and result.expected is not None and result.actual is not None:
        values = f"expected {result.expected}, got {result.actual}"
        return f"{line}: {values}" if "\n" not in values else line
    return line


def _part(part: PartScore, blocked: Mapping[str, Sequence[str]], *, bonus: bool) -> dict[str, Any]:
    return {
        "id": part.part.id,
        "title": part.part.title,
        "bonus": bonus,
        "score": points(part.score),
        "max": part.max_score,
        "problems": [_problem(each, blocked.get(each.problem.id, ())) for each in part.problems],
    }


def _problem(scored: ProblemScore, blocked: Sequence[str]) -> dict[str, Any]:
    problem = scored.problem
    return {
        "id": problem.id,
        "title": problem.title,
        "section": problem.section,
        "hint": problem.hint,
        "points": points(scored.score),
        "max": problem.points,
        "limited": scored.limited,
        "needs": list(problem.needs),
        "blocked_by": list(blocked),
        "tests": [_test(result) for result in scored.results],
    }


def _test(result: TestResult) -> dict[str, Any]:
    properties = [{"name": name, "value": value} for name, value in result.properties.items()]
    seconds = round(result.seconds, 4)
    return {**vars(result), "outcome": result.outcome.value, "seconds": seconds, "properties": properties}
