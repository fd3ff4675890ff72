"""What a class loses: the tests that submissions lost, counted, and the same failure of many told once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, distinct, func, select
from sqlalchemy.orm import Session

from grader.core.scoring import Outcome
from grader.store.submissions import report_that_counts
from grader.store.tables import Loss, Report, Submission


@dataclass(frozen=True)
class Failure:
    """One failure that several submissions have.

    That is a recognised mistake (`cause`), in however many `problems`, else the same outcome for the same
    reason in one problem. `students` have it, in so many different `tests`; `example_id` is one of their
    submissions, and `problem` one of the problems.
    """

    problem: str
    outcome: Outcome
    reason: str
    students: int
    tests: int
    example_id: str
    cause: str = ""
    problems: int = 1


def lost_tests(session: Session, submission_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """Return by how many of these submissions each test was lost, by problem and name of the test."""
    tests = _losses(submission_ids).group_by(Loss.problem, Loss.test)
    rows = session.execute(tests.with_only_columns(Loss.problem, Loss.test, func.count().label("lost")))
    return {(row.problem, row.test): row.lost for row in rows}


def same_failures(session: Session, submission_ids: Collection[str], limit: int) -> list[Failure]:
    """Return up to `limit` failures of these submissions, those of most students first."""
    unnamed = (Loss.problem, Loss.outcome, Loss.reason)
    first = tuple(func.min(column).label(column.key) for column in unnamed)
    problems = func.count(distinct(Loss.problem)).label("problems")
    queries = (
        _counted(submission_ids, limit, Loss.cause, shown=(*first, problems)).where(Loss.cause != ""),
        _counted(submission_ids, limit, *unnamed).where(Loss.cause == ""),
    )
    found = [Failure(**row) for query in queries for row in session.execute(query).mappings()]
    return sorted(found, key=_by_number)[:limit]


def _by_number(failure: Failure) -> tuple[int, int, str, str, str]:
    return -failure.students, -failure.tests, failure.problem, failure.outcome, failure.reason


def _counted(
    submission_ids: Collection[str], limit: int, *same: Any, shown: Sequence[Any] = ()
) -> Select[Any]:
    """Select the groups of losses that have `same`, those of most students first."""
    students = func.count(distinct(Submission.user_id)).label("students")
    tests = func.count(distinct(Loss.test)).label("tests")
    example = func.min(Loss.submission_id).label("example_id")
    return (
        _losses(submission_ids)
        .with_only_columns(*same, *shown, students, tests, example)
        .group_by(*same)
        .order_by(students.desc(), tests.desc(), *same)
        .limit(limit)
    )


def _losses(submission_ids: Collection[str]) -> Select[Any]:
    """Select what these submissions lost by the reports that count."""
    of_report = and_(Loss.submission_id == Report.submission_id, Loss.attempt == Report.attempt)
    return (
        select(Loss)
        .join(Report, of_report)
        .join(Submission, report_that_counts())
        .where(Submission.id.in_(submission_ids))
    )
