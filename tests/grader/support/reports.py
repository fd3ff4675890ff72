"""Reports for tests: a small rubric, results as a test wants them, and the report of both."""

from grader.core.report import GradedReport, Status
from grader.core.rubric import parse_rubric
from grader.core.scoring import Outcome, TestResult, score

RUBRIC = parse_rubric(
    """
title: Sums
suite: tests/cases
parts:
  - id: part1
    title: First part
    problems:
      - {id: adding, title: Addition, points: 3, tests: TestAdding, section: "2.1", hint: Add the numbers.}
      - {id: taking, title: Subtraction, points: 2, tests: TestTaking, section: "2.2", hint: Take them away.}
bonus:
  - id: extra
    title: Extra part
    problems:
      - {id: roots, title: Roots, points: 4, tests: TestRoots, section: "9", hint: Think of squares.}
"""
)


def result(group="TestAdding", name="test_adds", outcome=Outcome.PASSED, **details):
    """Return the result of one test."""
    return TestResult(name=name, group=group, outcome=outcome, **details)


PASSED = (result(), result("TestTaking", "test_takes"), result("TestRoots", "test_root"))


def report(*results, **details):
    """Return the report of these results in place of the passed ones of the same classes."""
    groups = {one.group for one in results}
    every = [*results, *(one for one in PASSED if one.group not in groups)]
    expected = {}
    for one in every:
        expected.setdefault(one.group, []).append(one.name)
    fields = {
        "title": RUBRIC.title,
        "sha256": "ab" * 32,
        "files": ("tests/adapters.py",),
        "received_at": "2026-11-23T10:00:00+00:00",
        "suite_sha256": "cd" * 32,
        "suite_tests": len(every),
        "rubric_sha256": "ef" * 32,
        "seed_id": "0123456789ab",
        "runner": "process",
        "isolation": "none",
        "started_at": "2026-11-23T10:00:01+00:00",
        "seconds": 1.25,
        "status": Status.GRADED,
        "score": score(RUBRIC, expected, every),
    }
    return GradedReport(**{**fields, **details})
