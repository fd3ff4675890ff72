"""Follows a run for live pages: its many events become a few rows, each a full snapshot."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from grader.core.report import GradedReport, points
from grader.core.rubric import Rubric
from grader.core.scoring import Outcome, TestResult
from grader.store.events import MARK_FAILED, MARK_PASSED, MARK_QUIET, MARK_TO_COME

PAUSE_SECONDS = 0.4  # between two snapshots of the tests, or of a training
MARKS = {Outcome.PASSED: MARK_PASSED, Outcome.FAILED: MARK_FAILED, Outcome.ERROR: MARK_FAILED}

Send = Callable[[str, dict[str, Any]], None]


class Follower:
    """Counts the tests of one run by problem; its `listen` takes the run's events.

    It calls `send` with `tests` {done, total, passed, problems: {id: {done, passed, total}}, marks: {id: a
    mark for each test, in the order of the suite}}, with `stage` {score, max_score, parts} when
    only the second stage is left, and with `training` {problem, numbers} while a long call of the submission
    reports its progress.
    """

    def __init__(self, rubric: Rubric, send: Send) -> None:
        """Follow the problems of `rubric`."""
        self._send = send
        self._problems = {problem.tests: problem.id for problem in rubric.problems}
        self._counts: dict[str, dict[str, int]] = {}
        self._marks: dict[str, dict[str, str]] = {}  # of each problem, by the name of the test
        self._sent_at = 0.0
        self._training_sent_at = 0.0
        self._handlers: Mapping[str, Callable[[Any], None]] = {
            "collected": self._handle_collected,
            "result": self._handle_result,
            "stage": self._handle_stage,
            "progress": self._handle_training,
        }

    def listen(self, kind: str, content: Any) -> None:
        """Handle an event of the run; unknown kinds are ignored."""
        handler = self._handlers.get(kind)
        if handler:
            handler(content)

    def flush(self) -> None:
        """Send the number of finished tests now."""
        self._sent_at = time.monotonic()
        counts = self._counts.values()
        sums = {key: sum(count[key] for count in counts) for key in ("done", "passed", "total")}
        problems = {name: dict(count) for name, count in self._counts.items()}
        marks = {name: "".join(found.values()) for name, found in self._marks.items()}
        self._send("tests", {**sums, "problems": problems, "marks": marks})

    def _handle_collected(self, tests: Mapping[str, list[str]]) -> None:
        for group, names in tests.items():
            problem = self._problems.get(group)
            if problem:
                self._counts[problem] = {"done": 0, "passed": 0, "total": len(names)}
                self._marks[problem] = dict.fromkeys(names, MARK_TO_COME)
        self.flush()

    def _handle_result(self, result: TestResult) -> None:
        problem = self._problems.get(result.group, "")
        count = self._counts.get(problem)
        if count is None:
            return
        if result.name in self._marks[problem]:
            self._marks[problem][result.name] = MARKS.get(result.outcome, MARK_QUIET)
        count["done"] += 1
        count["passed"] += result.outcome is Outcome.PASSED
        if time.monotonic() - self._sent_at >= PAUSE_SECONDS:
            self.flush()

    def _handle_stage(self, report: GradedReport) -> None:
        self.flush()
        parts = [
            {"id": part.part.id, "score": points(part.score), "max": part.max_score}
            for part in report.score.parts
        ]
        self._send(
            "stage",
            {"score": points(report.score.score), "max_score": report.score.max_score, "parts": parts},
        )

    def _handle_training(self, content: Mapping[str, Any]) -> None:
        if time.monotonic() - self._training_sent_at < PAUSE_SECONDS:
            return
        self._training_sent_at = time.monotonic()
        problem = self._problems.get(content["group"], "")
        self._send("training", {"problem": problem, "numbers": dict(content["numbers"])})
