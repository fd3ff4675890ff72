"""The failed tests of a class: counts of each test, and failures that many students share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, distinct, func, select
from sqlalchemy.orm import Session

from grader.core.scoring import Outcome
from grader.store.submissions import report_that_counts
from grader.store.tables import FailedTestRow, ReportRow, SubmissionRow


@dataclass(frozen=True)
class CommonFailure:
    """One failure that several submissions have.

    It is a recognised mistake (`cause`) in one or more `problems`, else the same outcome for the same reason
    in one problem. `students` and `tests` are counts; `example_id` is one of the submissions, and `problem`
    one of the problems.
    """

    problem: str
    outcome: Outcome
    reason: str
    students: int
    tests: int
    example_id: str
    cause: str = ""
    problems: int = 1


def count_failed_tests(session: Session, submission_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """Return how many of these submissions fail each test, by problem and name of the test."""
    tests = _select_failed_tests(submission_ids).group_by(FailedTestRow.problem, FailedTestRow.test)
    rows = session.execute(
        tests.with_only_columns(FailedTestRow.problem, FailedTestRow.test, func.count().label("lost"))
    )
    return {(row.problem, row.test): row.lost for row in rows}


def find_common_failures(
    session: Session, submission_ids: Collection[str], limit: int
) -> list[CommonFailure]:
    """Return up to `limit` failures of these submissions, those of most students first."""
    unnamed = (FailedTestRow.problem, FailedTestRow.outcome, FailedTestRow.reason)
    first = tuple(func.min(column).label(column.key) for column in unnamed)
    problems = func.count(distinct(FailedTestRow.problem)).label("problems")
    queries = (
        _select_groups(submission_ids, limit, FailedTestRow.cause, columns=(*first, problems)).where(
            FailedTestRow.cause != ""
        ),
        _select_groups(submission_ids, limit, *unnamed).where(FailedTestRow.cause == ""),
    )
    found = [CommonFailure(**row) for query in queries for row in session.execute(query).mappings()]
    return sorted(found, key=_by_number)[:limit]


def _by_number(failure: CommonFailure) -> tuple[int, int, str, str, str]:
    return -failure.students, -failure.tests, failure.problem, failure.outcome, failure.reason


def _select_groups(
    submission_ids: Collection[str], limit: int, *same: Any, columns: Sequence[Any] = ()
) -> Select[Any]:
    """Select groups of failed tests with equal values of `same`, those of most students first."""
    students = func.count(distinct(SubmissionRow.user_id)).label("students")
    tests = func.count(distinct(FailedTestRow.test)).label("tests")
    example = func.min(FailedTestRow.submission_id).label("example_id")
    return (
        _select_failed_tests(submission_ids)
        .with_only_columns(*same, *columns, students, tests, example)
        .group_by(*same)
        .order_by(students.desc(), tests.desc(), *same)
        .limit(limit)
    )


def _select_failed_tests(submission_ids: Collection[str]) -> Select[Any]:
    """Select the failed tests of these submissions, by the reports that count."""
    of_report = and_(
        FailedTestRow.submission_id == ReportRow.submission_id, FailedTestRow.attempt == ReportRow.attempt
    )
    return (
        select(FailedTestRow)
        .join(ReportRow, of_report)
        .join(SubmissionRow, report_that_counts())
        .where(SubmissionRow.id.in_(submission_ids))
    )
