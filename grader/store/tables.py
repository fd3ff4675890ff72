"""The tables. Migrations in migrations/versions create them; a test keeps the two in step."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from grader.core.deadline import DEFAULT_ZONE
from grader.core.role import Role
from grader.core.scoring import Outcome
from grader.store.columns import StoredRow, word
from grader.store.states import State

SERIAL = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only in an INTEGER


class UserRow(StoredRow):
    """A person, known by an e-mail address (in small letters), a login or the id of a student system.

    `email` is the address, or the login or id of a person whose address is not known.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    login: Mapped[str | None] = mapped_column(unique=True, index=True)
    sis_id: Mapped[str | None] = mapped_column(unique=True, index=True)
    name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class TokenRow(StoredRow):
    """A key to the API. `id` is its public half; the row has only the SHA-256 of the secret half."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    secret_sha256: Mapped[str]
    label: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class LoginLinkRow(StoredRow):
    """A link that signs one person in once, before it expires."""

    __tablename__ = "login_links"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    secret_sha256: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInRow(StoredRow):
    """A browser session; `token_id` is the token that began it, if one did."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_id: Mapped[str | None] = mapped_column(ForeignKey("tokens.id"))
    secret_sha256: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CourseRow(StoredRow):
    """A course; `id` is the short name in links, `time_zone` that of its deadlines."""

    __tablename__ = "courses"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default=DEFAULT_ZONE)
    created_at: Mapped[datetime]


class MembershipRow(StoredRow):
    """The role of a person in a course."""

    __tablename__ = "memberships"

    course_id: Mapped[str] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    role: Mapped[Role] = mapped_column(word(Role))
    section: Mapped[str] = mapped_column(default="")


class AssignmentRow(StoredRow):
    """An assignment, its policy, and its standard (see store.standard).

    The policy: `hourly_limit` per student (None: no limit) and `supersede`. A text of the standard is empty
    until it is announced.
    """

    __tablename__ = "assignments"

    id: Mapped[str] = mapped_column(primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("courses.id"), index=True)
    title: Mapped[str]
    due_at: Mapped[datetime | None]
    hourly_limit: Mapped[int | None]
    supersede: Mapped[bool] = mapped_column(default=True)
    suite_sha256: Mapped[str] = mapped_column(default="")
    rubric_sha256: Mapped[str] = mapped_column(default="")
    data_sha256: Mapped[str] = mapped_column(default="")
    python: Mapped[str] = mapped_column(default="")
    numpy: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class ArchiveRow(StoredRow):
    """The bytes of an upload, one row for equal bytes; empty after pruning."""

    __tablename__ = "archives"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class SubmissionRow(StoredRow):
    """One upload by one student, and its state.

    `attempt` counts the starts of grading and fences every result: only the attempt that the row names may
    publish. `attempt_limit` is the last one allowed. `ticket` is the queue's job for this row. `worker`
    claimed it while it is queued, and grades it afterwards.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key"),
        Index("ix_submissions_queue", "state", "priority", "queued_at", "id"),
        Index("ix_submissions_history", "user_id", "assignment_id", "received_at"),
        Index("ix_submissions_course", "assignment_id", "received_at", "id"),
        Index(
            "ix_submissions_held",
            "worker",
            sqlite_where=text("worker IS NOT NULL"),
            postgresql_where=text("worker IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    archive_sha256: Mapped[str] = mapped_column(ForeignKey("archives.sha256"), index=True)
    state: Mapped[State] = mapped_column(word(State))
    attempt: Mapped[int] = mapped_column(default=0)
    attempt_limit: Mapped[int]
    priority: Mapped[int]
    ticket: Mapped[int | None] = mapped_column(BigInteger)
    worker: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")
    idempotency_key: Mapped[str | None]
    received_at: Mapped[datetime]
    queued_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ReportRow(StoredRow):
    """The verdict of one attempt. The newest of a submission counts; the earlier ones are its history.

    `points` is by problem, null for one that was not judged. It comes before `document`, as SQLite reads a
    row up to the last column of a query. `staff_notes` has a note a line, which no student may read.
    """

    __tablename__ = "reports"
    __table_args__ = (Index("ix_reports_pace", "created_at", "seconds"),)

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    score: Mapped[float] = mapped_column(Numeric(10, 2, asdecimal=False))
    max_score: Mapped[int]
    bonus: Mapped[float] = mapped_column(Numeric(10, 2, asdecimal=False))
    max_bonus: Mapped[int]
    points: Mapped[dict[str, Any]]
    suite_sha256: Mapped[str]
    rubric_sha256: Mapped[str]
    seconds: Mapped[float]
    document: Mapped[str]
    created_at: Mapped[datetime]
    staff_notes: Mapped[str] = mapped_column(default="")


class FailedTestRow(StoredRow):
    """A test that an attempt failed; `reason` is one line, `cause` a recognised mistake or empty."""

    __tablename__ = "losses"
    __table_args__ = (
        ForeignKeyConstraint(["submission_id", "attempt"], ["reports.submission_id", "reports.attempt"]),
    )

    submission_id: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    problem: Mapped[str] = mapped_column(primary_key=True)
    test: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(word(Outcome))
    reason: Mapped[str]
    cause: Mapped[str] = mapped_column(server_default="")


class PlacesRow(StoredRow):
    """The places in the code that the failed tests of a report point to (grader.core.place).

    `document` is null until a traced run has ended; `starts` counts the traced runs that began.
    """

    __tablename__ = "places"
    __table_args__ = (
        ForeignKeyConstraint(["submission_id", "attempt"], ["reports.submission_id", "reports.attempt"]),
    )

    submission_id: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    starts: Mapped[int]
    started_at: Mapped[datetime]
    document: Mapped[str | None]


class EventRow(StoredRow):
    """An event of a submission, for its live page and stream; `id` only ever grows."""

    __tablename__ = "progress"
    __table_args__ = (Index("ix_progress_followed", "submission_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    attempt: Mapped[int]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class WorkerProcessRow(StoredRow):
    """A worker process: its slots, runner, fingerprint, and last heartbeat.

    `beats` counts its heartbeats, so that no clock decides whether it lives. `refusal` is the reason why it
    takes nothing, `warning` is for its operator.
    """

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    slots: Mapped[int]
    runner: Mapped[str]
    suite_sha256: Mapped[str]
    rubric_sha256: Mapped[str]
    data_sha256: Mapped[str]
    python: Mapped[str]
    numpy: Mapped[str]
    refusal: Mapped[str]
    warning: Mapped[str]
    beats: Mapped[int]
    heartbeat_at: Mapped[datetime]


class AuditRow(StoredRow):
    """An action: who did it, to whom, when and why. The database allows new rows only.

    Instructors of `course` may read it. It is no foreign key, as the audit outlives courses.
    """

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    course: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]]
