"""The verdict as the store keeps it: the report, and the numbers that lists and counts need."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from grader.core.report import GradedReport, points, to_document
from grader.core.scoring import Outcome, ProblemScore, TestResult
from grader.core.text import clean_line

REASON_CHARACTERS = 200
NOT_WRITTEN = "not written yet"
SHAPE = re.compile(r"\([0-9][0-9, ]{0,80}\)")
NUMBER = re.compile(r"(?<![\w.])-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?(?![\w.])")


@dataclass(frozen=True)
class FailedTest:
    """A test that the submission failed, the id of its problem, and a reason that is the same for all seeds.

    `cause` is the key of the recognised mistake, or empty.
    """

    problem: str
    test: str
    outcome: Outcome
    reason: str
    cause: str = ""


@dataclass(frozen=True)
class Verdict:
    """The numbers of a report, and the report itself as JSON text.

    `points` has every problem by id, with None for one that was not judged; `score` and `bonus` are None when
    they lack the points of such a problem. `failed_tests` has every failed test. `staff_notes` has a note a
    line; students read only `document`.
    """

    status: str
    score: float | None
    max_score: int
    bonus: float | None
    max_bonus: int
    points: Mapping[str, float | None]
    staff_notes: str
    failed_tests: tuple[FailedTest, ...]
    suite_sha256: str
    rubric_sha256: str
    seconds: float
    document: str


def verdict_of(report: GradedReport) -> Verdict:
    """Return the verdict of a report."""
    score = report.score
    return Verdict(
        status=report.status.value,
        score=points(score.score),
        max_score=score.max_score,
        bonus=points(score.bonus),
        max_bonus=score.max_bonus,
        points={scored.problem.id: points(scored.score) for scored in score.problems},
        staff_notes="\n".join(report.staff_notes),
        failed_tests=tuple(lost for scored in score.problems for lost in _list_failed_tests(scored)),
        suite_sha256=report.suite_sha256,
        rubric_sha256=report.rubric_sha256,
        seconds=report.seconds,
        document=json.dumps(to_document(report), ensure_ascii=False, allow_nan=False),
    )


def _list_failed_tests(scored: ProblemScore) -> list[FailedTest]:
    return [
        FailedTest(scored.problem.id, result.name, result.outcome, _reason(result), result.cause)
        for result in scored.losses
    ]


def _reason(result: TestResult) -> str:
    """Return why the test failed, without drawn numbers and shapes: one mistake has one reason."""
    if result.outcome is Outcome.NOT_WRITTEN:
        return NOT_WRITTEN
    if result.cause and result.hint:
        return clean_line(result.hint, REASON_CHARACTERS)
    line = SHAPE.sub("(\N{HORIZONTAL ELLIPSIS})", result.message.partition("\n")[0])
    if result.outcome is Outcome.FAILED:
        line = NUMBER.sub("\N{HORIZONTAL ELLIPSIS}", line)
    return clean_line(line, REASON_CHARACTERS)
