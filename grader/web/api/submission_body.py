"""The body that shows a submission, and the links in it."""

from grader.store.tables import ReportRow
from grader.usecases.show import SubmissionStatus
from grader.web.api.bodies import SubmissionBody, VerdictBody

PREFIX = "/api/v1"


def make_body(status: SubmissionStatus) -> SubmissionBody:
    """Return the body that shows a submission."""
    submission = status.submission
    return SubmissionBody(
        id=submission.id,
        assignment=submission.assignment_id,
        state=submission.state,
        attempt=submission.attempt,
        sha256=submission.archive_sha256,
        received_at=submission.received_at,
        finished_at=submission.finished_at,
        place=status.place,
        estimated_wait_seconds=status.wait,
        verdict=_verdict(status.report) if status.report else None,
        reason=status.reason,
        student=status.student,
        links=_links(submission.id),
    )


def _links(submission_id: str) -> dict[str, str]:
    own = f"{PREFIX}/submissions/{submission_id}"
    return {"self": own, **{name: f"{own}/{name}" for name in ("report", "events", "archive")}}


def _verdict(report: ReportRow) -> VerdictBody:
    return VerdictBody(
        score=report.score, max_score=report.max_score, bonus=report.bonus, max_bonus=report.max_bonus
    )
