"""The bodies of answers, as OpenAPI describes them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from grader.core.role import Role
from grader.store.states import State
from grader.web.fields import Reason

SUBMISSION: dict[str, JsonValue] = {
    "id": "5f0c9d1be2a84763c1d2e3f4",
    "assignment": "autumn-sums",
    "state": "queued",
    "attempt": 0,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "received_at": "2026-11-24T10:00:00Z",
    "finished_at": None,
    "place": 3,
    "estimated_wait_seconds": 12,
    "verdict": None,
    "reason": "",
    "student": None,
    "links": {
        "self": "/api/v1/submissions/5f0c9d1be2a84763c1d2e3f4",
        "report": "/api/v1/submissions/5f0c9d1be2a84763c1d2e3f4/report",
        "events": "/api/v1/submissions/5f0c9d1be2a84763c1d2e3f4/events",
        "archive": "/api/v1/submissions/5f0c9d1be2a84763c1d2e3f4/archive",
    },
}


class VerdictBody(BaseModel):
    """A report in numbers."""

    score: float = Field(description="Points earned in the parts.", examples=[97.5])
    max_score: int = Field(examples=[104])
    bonus: float = Field(description="Bonus points.", examples=[5])
    max_bonus: int = Field(examples=[5])


class SubmissionBody(BaseModel):
    """A submission with its state, place, verdict and links."""

    model_config = ConfigDict(json_schema_extra={"example": SUBMISSION})

    id: str
    assignment: str
    state: State
    attempt: int = Field(description="Number of times its grading began.")
    sha256: str = Field(description="The SHA-256 of the uploaded bytes.")
    received_at: datetime
    finished_at: datetime | None
    place: int | None = Field(description="Place in the queue; 1 is next.")
    estimated_wait_seconds: int | None = Field(
        description="Estimated time until its grading begins; null if unknown."
    )
    verdict: VerdictBody | None = Field(description="The numbers of its report; null until there is one.")
    reason: str = Field(description="The reason why it ended without a verdict, or why its wait is unknown.")
    student: str | None = Field(description="The student's address; staff only.")
    links: dict[str, str]


class PageBody(BaseModel):
    """A page of submissions, newest first."""

    submissions: list[SubmissionBody]
    next: str | None = Field(description="The cursor of the page after this one; null on the last.")


class AssignmentBody(BaseModel):
    """An assignment."""

    id: str = Field(examples=["autumn-sums"])
    course: str = Field(examples=["autumn"])
    title: str = Field(examples=["Sums"])
    due_at: datetime | None
    due_in_words: str | None = Field(
        examples=["Friday 18 December 2026, 23:59 CET (Europe/Berlin; 22:59 UTC)"],
        description="The deadline in the course's time zone; all of that minute is in time.",
    )
    hourly_limit: int | None = Field(description="Submissions per student and hour; null for no limit.")
    supersede: bool = Field(description="Whether a newer submission supersedes a queued one.")
    links: dict[str, str]


class PersonBody(BaseModel):
    """The owner of the token."""

    email: str = Field(examples=["anna@example.edu"])
    name: str
    roles: dict[str, Role] = Field(examples=[{"autumn": "student"}])


class ReasonBody(BaseModel):
    """The reason for an action of staff; the audit keeps it."""

    reason: Reason = Field(examples=["The test of division was wrong."])


class AuditBody(BaseModel):
    """An action of staff."""

    id: int = Field(examples=[7])
    at: datetime
    actor: str = Field(description="Who did it; `operator` ran a command.", examples=["ida@example.edu"])
    action: str = Field(examples=["regrade"])
    subject: str = Field(
        description="The object: a submission's id, an e-mail address, a course.",
        examples=["5f0c9d1be2a84763c1d2e3f4"],
    )
    course: str | None = Field(
        description="The course; null for actions that concern a person in all courses.", examples=["autumn"]
    )
    reason: str = Field(examples=["The test of division was wrong."])
    details: dict[str, JsonValue] = Field(examples=[{}])


class AuditPageBody(BaseModel):
    """A page of the audit, newest first."""

    entries: list[AuditBody]
    next: int | None = Field(description="The cursor of the page after this one; null on the last.")


class ProblemBody(BaseModel):
    """An RFC 9457 problem."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:problem:not-found"])
    title: str = Field(examples=["Page not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such submission, or it is not yours."])


def describe_errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of these errors, and of those that every route may have."""
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    described = {"content": {"application/problem+json": {"schema": schema}}}
    every = {*statuses, 401, 422, 429, 500, 503}
    return {status: {"description": MEANING[status], **described} for status in sorted(every)}


MEANING = {
    400: "The request is malformed.",
    401: "No valid token.",
    403: "The role does not allow it.",
    404: "There is no such thing, or it belongs to someone else.",
    406: "There is no such format.",
    409: "The state of the submission does not allow it.",
    413: "The request is too large.",
    415: "The request is not a form.",
    422: "A value is not valid, or the upload is refused: `rule` and `entry` say why. No attempt used.",
    429: "Too many requests: Retry-After says when to try again.",
    500: "Internal error.",
    503: "Service unavailable; nothing was accepted.",
}
