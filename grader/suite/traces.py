"""A traced run: the suite runs again and notes the submission's lines that each test runs."""

from collections.abc import Collection, Mapping
from typing import Any

from grader.core.localise import TestId, TracedTest
from grader.core.submission import Submission
from grader.suite.cache import PreparedSuite
from grader.suite.messages import SuiteJob
from grader.suite.run import Listener

SLOWER = 3  # times the time of a test: what the hook costs
RUN_SECONDS = 120.0  # of a whole traced run


class Tracer:
    """Hears the events of a traced run. Attribute: `traces`, by test."""

    def __init__(self, listen: Listener) -> None:
        """Pass the events on to `listen`, which may raise to end the run."""
        self.traces: dict[TestId, TracedTest] = {}
        self._listen = listen
        self._lines: dict[TestId, Any] = {}

    def hear(self, kind: str, content: Any) -> None:
        """Take an event of the run."""
        if kind == "lines":
            group, name, lines = content
            self._lines[group, name] = lines
        if kind in {"result", "revised"}:
            test = content.group, content.name
            self.traces[test] = TracedTest.of(content.outcome, self._lines.get(test))
        self._listen(kind, content)


def trace(
    prepared: PreparedSuite, submission: Submission, seed: int, left_out: Collection[str], listen: Listener
) -> Mapping[TestId, TracedTest]:
    """Return the traces of the tests outside the classes `left_out`. Raises SuiteFailed, SandboxError."""
    manifest, tracer = prepared.assignment.manifest, Tracer(listen)
    job = SuiteJob(
        files=submission.files,
        seed=seed,
        left_out=sorted(left_out),
        test_seconds=SLOWER * manifest.test_seconds,
        run_seconds=RUN_SECONDS,
        is_traced=True,
    )
    prepared.suite.run(job, prepared.runner, tracer.hear)
    return tracer.traces
