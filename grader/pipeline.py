"""From a submission to its graded report: run the suite, score the results, say what the verdict rests on."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from grader.core.report import GradedReport, status_of
from grader.core.rubric import Rubric
from grader.core.scoring import score
from grader.core.submission import Submission
from grader.sandbox.choice import RunnerKind
from grader.seed import seed_id
from grader.suite.assignment import Assignment
from grader.suite.messages import SuiteJob
from grader.suite.run import Listener, SuiteOutcome, ignore, run_suite


@dataclass(frozen=True)
class Grading:
    """How to grade: on which assignment, in which runner, with or without the bonus parts."""

    assignment: Assignment
    runner: RunnerKind
    with_bonus: bool = True


def grade(submission: Submission, grading: Grading, seed: int, listen: Listener = ignore) -> GradedReport:
    """Return the verdict on `submission`; `listen` hears of the run's events meanwhile.

    Raises SuiteFailed when the suite cannot be run to its end: that is the grader's fault.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    rubric = _graded_rubric(grading)
    outcome = run_suite(_job(submission, grading, seed, rubric), listen)
    scored = score(rubric, outcome.expected, outcome.results)
    return GradedReport(
        title=rubric.title,
        sha256=submission.sha256,
        files=tuple(submission.files),
        received_at=started.isoformat(timespec="seconds"),
        suite_sha256=grading.assignment.suite_sha256,
        suite_tests=sum(len(tests) for tests in outcome.expected.values()),
        rubric_sha256=grading.assignment.rubric_sha256,
        seed_id=seed_id(seed),
        runner=grading.runner.name,
        isolation=grading.runner.isolation,
        started_at=started.isoformat(timespec="seconds"),
        seconds=time.monotonic() - clock,
        status=status_of(scored, loadable=outcome.unloadable is None),
        score=scored,
        output=outcome.output,
        notes=_notes(submission, outcome),
    )


def _graded_rubric(grading: Grading) -> Rubric:
    rubric = grading.assignment.rubric
    return rubric if grading.with_bonus else replace(rubric, bonus_parts=())


def _job(submission: Submission, grading: Grading, seed: int, rubric: Rubric) -> SuiteJob:
    graded = {problem.tests for problem in rubric.problems}
    every = {problem.tests for problem in grading.assignment.rubric.problems}
    return SuiteJob(
        root=str(grading.assignment.root),
        suite=rubric.suite,
        files=submission.files,
        runner=grading.runner.name,
        seed=seed,
        left_out=sorted(every - graded),
    )


def _notes(submission: Submission, outcome: SuiteOutcome) -> tuple[str, ...]:
    unloadable = [outcome.unloadable] if outcome.unloadable else []
    dropped = [f"Left out of the upload: {line}" for line in submission.dropped]
    return (*unloadable, *outcome.notes, *dropped)
