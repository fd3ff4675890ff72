"""Submissions that need a person: those with integrity notes, and those whose grading is not stable."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.store.submissions import report_that_counts
from grader.store.tables import ReportRow, SubmissionRow


def find_noted(session: Session, submission_ids: Collection[str]) -> set[str]:
    """Return those of these submissions whose report has notes for staff."""
    found = (
        select(SubmissionRow.id)
        .join(ReportRow, report_that_counts())
        .where(SubmissionRow.id.in_(submission_ids), ReportRow.staff_notes != "")
    )
    return set(session.scalars(found))


def find_unstable(session: Session, assignment_id: str) -> dict[str, int]:
    """Return the submissions that one suite and rubric gave different points, with their students."""
    found = (
        select(SubmissionRow.id, SubmissionRow.user_id)
        .join(ReportRow, ReportRow.submission_id == SubmissionRow.id)
        .where(SubmissionRow.assignment_id == assignment_id)
        .group_by(SubmissionRow.id, SubmissionRow.user_id, ReportRow.suite_sha256, ReportRow.rubric_sha256)
        .having(func.min(ReportRow.score) != func.max(ReportRow.score))
    )
    return {row.id: row.user_id for row in session.execute(found)}
