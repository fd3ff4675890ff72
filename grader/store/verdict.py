"""The verdict as the store keeps it: the report itself, and beside it what lists and counts need of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from grader.core.report import GradedReport, points, to_document
from grader.core.scoring import Outcome, ProblemScore
from grader.core.text import clean_line

REASON_CHARACTERS = 200


@dataclass(frozen=True)
class LostTest:
    """A test that the submission lost, the id of its problem, and the first line of why."""

    problem: str
    test: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What a report says in numbers, and the report itself as JSON text.

    `points` has every problem by id, with None for one that was not judged; `score` and `bonus` are None when
    they lack the points of such a problem. `losses` has every lost test.
    `staff_notes` has a note a line, and stands apart from `document`, which students read.
    """

    status: str
    score: float | None
    max_score: int
    bonus: float | None
    max_bonus: int
    points: Mapping[str, float | None]
    staff_notes: str
    losses: tuple[LostTest, ...]
    suite_sha256: str
    rubric_sha256: str
    seconds: float
    document: str


def verdict_of(report: GradedReport) -> Verdict:
    """Return the verdict that `report` is."""
    score = report.score
    return Verdict(
        status=report.status.value,
        score=points(score.score),
        max_score=score.max_score,
        bonus=points(score.bonus),
        max_bonus=score.max_bonus,
        points={scored.problem.id: points(scored.score) for scored in score.problems},
        staff_notes="\n".join(report.staff_notes),
        losses=tuple(lost for scored in score.problems for lost in _losses(scored)),
        suite_sha256=report.suite_sha256,
        rubric_sha256=report.rubric_sha256,
        seconds=report.seconds,
        document=json.dumps(to_document(report), ensure_ascii=False, allow_nan=False),
    )


def _losses(scored: ProblemScore) -> list[LostTest]:
    return [
        LostTest(scored.problem.id, result.name, result.outcome, _reason(result.message))
        for result in scored.losses
    ]


def _reason(message: str) -> str:
    """Return the first line: unlike the values below it, it is the same whatever the seed was."""
    return clean_line(message.partition("\n")[0], REASON_CHARACTERS)
