"""The failed tests of a class: counts of each test, the losses of each submission, and begun problems."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from grader.core.common_failures import UNWRITTEN, Loss
from grader.core.scoring import Outcome
from grader.store.submissions import report_that_counts
from grader.store.tables import FailedTestRow, ReportRow, SubmissionRow

PLACE = (FailedTestRow.submission_id, FailedTestRow.attempt, FailedTestRow.problem)
SAME = (*PLACE, FailedTestRow.outcome, FailedTestRow.reason, FailedTestRow.cause)
Attempts = Mapping[str, int]  # of submissions, the attempt whose report counts
IS_UNWRITTEN = or_(
    FailedTestRow.outcome == Outcome.NOT_WRITTEN,
    and_(FailedTestRow.outcome == Outcome.ERROR, FailedTestRow.reason.startswith(UNWRITTEN)),
)


def count_failed_tests(session: Session, submission_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """Return how many of these submissions fail each test in code that they have, by problem and test."""
    written = _select_failed_tests(submission_ids).where(~IS_UNWRITTEN)
    tests = written.group_by(FailedTestRow.problem, FailedTestRow.test)
    rows = session.execute(
        tests.with_only_columns(FailedTestRow.problem, FailedTestRow.test, func.count().label("lost"))
    )
    return {(row.problem, row.test): row.lost for row in rows}


def list_losses(session: Session, attempts: Attempts) -> list[Loss]:
    """Return the losses of these reports in code that is written, by problem and reason."""
    grouped = select(*SAME, func.count()).where(_is_of(attempts), ~IS_UNWRITTEN).group_by(*SAME)
    return [
        Loss(submission, problem, outcome, reason, cause, tests)
        for submission, attempt, problem, outcome, reason, cause, tests in session.execute(grouped)
        if attempts[submission] == attempt
    ]


def count_lost_tests(session: Session, attempts: Attempts) -> dict[tuple[str, str], int]:
    """Return how many tests each of these reports lost in each problem, by submission and problem."""
    grouped = select(*PLACE, func.count()).where(_is_of(attempts)).group_by(*PLACE)
    return {
        (submission, problem): tests
        for submission, attempt, problem, tests in session.execute(grouped)
        if attempts[submission] == attempt
    }


def find_begun(session: Session, attempts: Attempts) -> set[tuple[str, str]]:
    """Return the submissions and problems that lost a test in code that is written."""
    found = select(*PLACE).where(_is_of(attempts), ~IS_UNWRITTEN).distinct()
    return {
        (submission, problem)
        for submission, attempt, problem in session.execute(found)
        if attempts[submission] == attempt
    }


def _is_of(attempts: Attempts) -> ColumnElement[bool]:
    """Return the condition for the failed tests of these submissions, in any attempt."""
    return FailedTestRow.submission_id.in_(list(attempts))


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
