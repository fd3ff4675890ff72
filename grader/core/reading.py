"""Reads a stored report: the JSON document that `to_document` wrote becomes a GradedReport again."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.core.report import GradedReport, Status, points
from grader.core.rubric import Part, Problem
from grader.core.scoring import Outcome, PartScore, ProblemScore, Score, TestResult

Document = Mapping[str, Any]


def from_document(document: Document) -> GradedReport:
    """Return the report that `document` describes; points have the two decimals that it keeps."""
    return GradedReport(
        title=document["title"],
        sha256=document["submission"]["sha256"],
        files=tuple(document["submission"]["files"]),
        received_at=document["submission"]["received_at"],
        suite_sha256=document["suite"]["sha256"],
        suite_tests=document["suite"]["tests"],
        rubric_sha256=document["rubric"]["sha256"],
        seed_id=document["seed_id"],
        runner=document["runner"]["name"],
        isolation=document["runner"]["isolation"],
        python=document["runner"].get("python", ""),
        numpy=document["runner"].get("numpy", ""),
        started_at=document["started_at"],
        seconds=document["seconds"],
        status=Status(document["status"]),
        score=Score(
            parts=tuple(_part(part) for part in document["parts"] if not part["bonus"]),
            bonus_parts=tuple(_part(part) for part in document["parts"] if part["bonus"]),
        ),
        output=document["output"],
        notes=tuple(document["notes"]),
    )


def _part(part: Document) -> PartScore:
    problems = tuple(_problem(problem) for problem in part["problems"])
    return PartScore(Part(part["id"], part["title"], tuple(each.problem for each in problems)), problems)


def _problem(stated: Document) -> ProblemScore:
    results = tuple(_test(test) for test in stated["tests"])
    problem = Problem(
        id=stated["id"],
        title=stated["title"],
        points=stated["max"],
        tests=results[0].group if results else "",
        section=stated["section"],
        hint=stated["hint"],
        needs=tuple(stated.get("needs", ())),  # reports from before there were needs have none
    )
    limited = stated.get("limited", "")  # reports from before there were gates have no such field
    return ProblemScore(problem, results, _exact(stated["points"], problem, results), limited)


def _exact(stated: float | None, problem: Problem, results: tuple[TestResult, ...]) -> Fraction | None:
    """Return the points before they were rounded, so that sums of them are right."""
    if stated is None:
        return None
    passed = sum(result.outcome is Outcome.PASSED for result in results)
    proportional = problem.points * Fraction(passed, len(results) or 1)
    return proportional if points(proportional) == stated else Fraction(str(stated))


def _test(stated: Document) -> TestResult:
    properties = {each["name"]: each["value"] for each in stated.get("properties", ())}
    return TestResult(**{**stated, "outcome": Outcome(stated["outcome"]), "properties": properties})
