"""From a submission to its graded report: run the suite, score the results, add the grading details."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.core.fingerprint import Fingerprint
from grader.core.localise import TestId, TracedTest, locate
from grader.core.place import Place, place_of
from grader.core.report import GradedReport, status_of
from grader.core.rubric import Rubric
from grader.core.scoring import Outcome, score
from grader.core.submission import Submission
from grader.core.text import clean
from grader.sandbox.runner import Output, RunnerKind
from grader.seed import seed_id
from grader.suite.cache import PreparedSuite, SuiteCache
from grader.suite.host_fingerprint import numpy_version, python_version
from grader.suite.messages import Results, SuiteJob
from grader.suite.run import Listener, SuiteOutcome, ignore
from grader.suite.start import StartedSuite
from grader.suite.traces import trace


class Grader:
    """Grades submissions on one assignment; any number of threads may use it at a time."""

    def __init__(
        self,
        root: Path,
        kinds: Sequence[RunnerKind],
        started: StartedSuite | None = None,
        *,
        with_bonus: bool = True,
    ) -> None:
        """Grade on the assignment in the folder `root`, in the strongest of the runners `kinds`.

        `started` is its suite's process, if that runs already.
        """
        self._cache = SuiteCache(root, kinds, started)
        self._with_bonus = with_bonus

    def begin(self) -> Rubric:
        """Start the suite's process without waiting for it; return the rubric. Raises DocumentError."""
        return self._cache.begin().rubric

    def start(self) -> str:
        """Start suite and runner; return the runner's name. Raises SuiteFailed, SandboxError."""
        with self._cache.use() as prepared:
            return prepared.runner.kind.name

    def check(self) -> None:
        """Open a student process and end it. Raises SuiteFailed, SandboxError."""
        with self._cache.use() as prepared:
            prepared.runner.open().kill()

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of suite, rubric, data and versions. Raises SuiteFailed, SandboxError."""
        with self._cache.use() as prepared:
            return prepared.fingerprint

    def grade(self, submission: Submission, seed: int, listen: Listener = ignore) -> GradedReport:
        """Return the verdict on `submission`; call `listen` with events meanwhile.

        The events are `collected` (the tests by class), `result` (a TestResult), `stage` (the report on all
        but the second stage, when that begins) and `progress` (see grader.suite.messages).
        Raises SuiteFailed or SandboxError when the grader itself fails.
        """
        with self._cache.use() as prepared:
            rubric = prepared.assignment.rubric
            graded = rubric if self._with_bonus else replace(rubric, bonus_parts=())
            return _Run(prepared, graded, submission, seed, listen).report()

    def find_places(
        self, submission: Submission, seed: int, report: GradedReport, listen: Listener = ignore
    ) -> dict[TestId, Place]:
        """Return the places in the code that failed checks point to, by a second, traced run.

        `report` is the verdict on the submission by this seed. `listen` hears the events and may raise to end
        the run. Raises SuiteFailed or SandboxError when the grader itself fails.
        """
        outcomes = {(each.group, each.name): each.outcome for each in report.score.results}
        if Outcome.FAILED not in outcomes.values():
            return {}
        with self._cache.use() as prepared:
            left_out = prepared.assignment.manifest.second_stage | _unwritten(report)
            found = trace(prepared, submission, seed, left_out, listen)
        ran = {test: outcome for test, outcome in outcomes.items() if test[0] not in left_out}
        suspects = locate({test: _under(outcome, found.get(test)) for test, outcome in ran.items()})
        return {test: place_of(each, submission.files[each.file]) for test, each in suspects.items()}

    def close(self) -> None:
        """End the suite's process and the runner."""
        self._cache.close()


class _Run:
    """One submission's way through the suite."""

    def __init__(
        self, prepared: PreparedSuite, rubric: Rubric, submission: Submission, seed: int, listen: Listener
    ) -> None:
        """Start the clock."""
        self._prepared = prepared
        self._rubric = rubric
        self._submission = submission
        self._seed = seed
        self._listen = listen
        self._results = Results()
        self._started, self._clock = datetime.now(UTC), time.monotonic()

    def report(self) -> GradedReport:
        """Run the suite and return the report."""
        tests = self._prepared.suite.tests
        left_out = sorted(_classes(self._prepared.assignment.rubric) - _classes(self._rubric))
        self._listen("collected", _without(tests, left_out))
        job = SuiteJob(files=self._submission.files, seed=self._seed, left_out=left_out)
        return self._report_on(self._prepared.suite.run(job, self._prepared.runner, self._hear), self._rubric)

    def _hear(self, kind: str, content: Any) -> None:
        """Pass an event on; at the second stage, with the report on the first."""
        self._results.hear(kind, content)
        self._listen(kind, self._first_report() if kind == "stage" else content)

    def _first_report(self) -> GradedReport:
        """Return the report on all but the second stage."""
        later = self._prepared.assignment.manifest.second_stage
        parts = [part for part in self._rubric.bonus_parts if not {p.tests for p in part.problems} <= later]
        tests = _without(self._prepared.suite.tests, later)
        outcome = SuiteOutcome(tests, self._results.so_far, unloadable=None, outputs=(), notes=())
        return self._report_on(outcome, replace(self._rubric, bonus_parts=tuple(parts)))

    def _report_on(self, outcome: SuiteOutcome, rubric: Rubric) -> GradedReport:
        scored = score(rubric, outcome.expected, outcome.results)
        assignment, runner = self._prepared.assignment, self._prepared.runner
        return GradedReport(
            title=rubric.title,
            sha256=self._submission.sha256,
            files=tuple(self._submission.files),
            received_at=self._started.isoformat(timespec="seconds"),
            suite_sha256=assignment.suite_sha256,
            suite_tests=sum(len(tests) for tests in outcome.expected.values()),
            rubric_sha256=assignment.rubric_sha256,
            seed_id=seed_id(self._seed),
            runner=runner.kind.name,
            isolation=runner.kind.isolation,
            python=python_version(),
            numpy=numpy_version(),
            started_at=self._started.isoformat(timespec="seconds"),
            seconds=time.monotonic() - self._clock,
            status=status_of(scored, loadable=outcome.unloadable is None),
            score=scored,
            output=join_output(outcome.outputs, assignment.manifest.allowance.output),
            notes=self._notes(outcome),
            staff_notes=tuple(outcome.staff_notes),
        )

    def _notes(self, outcome: SuiteOutcome) -> tuple[str, ...]:
        unloadable = [outcome.unloadable] if outcome.unloadable else []
        dropped = [f"Left out of the upload: {line}" for line in self._submission.dropped]
        return (*unloadable, *outcome.notes, *dropped)


def join_output(outputs: Sequence[Output], limit: int) -> str:
    """Return the output of all processes, cut to `limit` bytes, with the number of dropped bytes."""
    kept = b"".join(output.kept for output in outputs)
    dropped = sum(output.dropped for output in outputs) + max(0, len(kept) - limit)
    text = clean(kept[:limit].decode(errors="replace"), limit)
    return f"{text}\n[{dropped} more bytes were printed and not kept]" if dropped else text


def _under(outcome: Outcome, traced: TracedTest | None) -> TracedTest:
    """Return a trace if its test has the same outcome in the verdict; else one without lines."""
    return traced if traced is not None and traced.outcome is outcome else TracedTest(outcome, None)


def _unwritten(report: GradedReport) -> set[str]:
    """Return the classes of the problems that the submission has no code for, which tell nothing."""
    return {problem.problem.tests for problem in report.score.problems if not problem.is_begun}


def _classes(rubric: Rubric) -> set[str]:
    return {problem.tests for problem in rubric.problems}


def _without(tests: Mapping[str, Sequence[str]], classes: Collection[str]) -> Mapping[str, Sequence[str]]:
    return {group: names for group, names in tests.items() if group not in classes}
