"""Admission: the decision on an upload, by its assignment's policy and the student's earlier submissions.

`decide` is pure; `histories` reads its input, for many students in one query.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from grader.store.courses import SubmissionPolicy
from grader.store.states import UNSPENT, VERDICT, WAITING, Priority, State
from grader.store.submissions import Basis, Upload
from grader.store.tables import ReportRow, SubmissionRow, UserRow

LIMIT_WINDOW = timedelta(hours=1)


class Counted(Protocol):
    """A submission that may count against the hourly limit."""

    @property
    def state(self) -> State:
        """The state of the submission."""

    @property
    def received_at(self) -> datetime:
        """The time when it was handed in."""


@dataclass(frozen=True)
class EarlierSubmission:
    """An earlier submission of the student; `basis` has the hashes behind its verdict, if it has one."""

    id: str
    assignment_id: str
    sha256: str
    idempotency_key: str | None
    state: State
    received_at: datetime
    basis: Basis | None = None


@dataclass(frozen=True)
class New:
    """A new submission with this priority; `supersedes` if older ones may still be queued."""

    priority: Priority
    supersedes: bool = False


@dataclass(frozen=True)
class Repeat:
    """A repeat of an earlier submission."""

    submission_id: str


@dataclass(frozen=True)
class TooSoon:
    """The hourly limit is reached; the next submission may come at `next_try`."""

    next_try: datetime


@dataclass(frozen=True)
class KeyReused:
    """The idempotency key came with other bytes before."""


Decision = New | Repeat | TooSoon | KeyReused


def decide(
    upload: Upload,
    policy: SubmissionPolicy,
    past: Sequence[EarlierSubmission],
    basis: Basis,
    moment: datetime,
) -> Decision:
    """Return the decision on an upload at `moment`; `past` has the student's submissions, newest first."""
    of_assignment = [each for each in past if each.assignment_id == upload.assignment_id]
    return (
        _decide_by_key(upload, past)
        or _find_repeat(upload, of_assignment, basis)
        or _decide_by_policy(policy, of_assignment, moment)
    )


def histories(session: Session, user_ids: Collection[int]) -> Mapping[int, Sequence[EarlierSubmission]]:
    """Return the earlier submissions of each of these students, newest first.

    The rows of the students stay locked until the transaction ends, so no other one decides for them.
    """
    session.execute(select(UserRow.id).where(UserRow.id.in_(user_ids)).order_by(UserRow.id).with_for_update())
    reported = and_(ReportRow.submission_id == SubmissionRow.id, ReportRow.attempt == SubmissionRow.attempt)
    found = (
        select(
            SubmissionRow.user_id,
            SubmissionRow.id,
            SubmissionRow.assignment_id,
            SubmissionRow.archive_sha256,
            SubmissionRow.idempotency_key,
            SubmissionRow.state,
            SubmissionRow.received_at,
            ReportRow.suite_sha256,
            ReportRow.rubric_sha256,
        )
        .outerjoin(ReportRow, reported)
        .where(SubmissionRow.user_id.in_(user_ids))
        .order_by(SubmissionRow.received_at.desc(), SubmissionRow.id.desc())
    )
    by_student = defaultdict(list)
    for user_id, made, assignment, sha256, key, state, at, suite, rubric in session.execute(found):
        basis = Basis(suite, rubric) if suite else None
        by_student[user_id].append(EarlierSubmission(made, assignment, sha256, key, state, at, basis))
    return by_student


def list_spent(past: Iterable[Counted], moment: datetime) -> list[datetime]:
    """Return the times of the submissions that count against the limit, in the order of `past`."""
    since = moment - LIMIT_WINDOW
    return [each.received_at for each in past if each.received_at > since and each.state not in UNSPENT]


def count_attempts_left(hourly_limit: int | None, past: Iterable[Counted], moment: datetime) -> int | None:
    """Return how many submissions the student has left at `moment`; None if there is no limit."""
    return None if hourly_limit is None else max(0, hourly_limit - len(list_spent(past, moment)))


def _decide_by_key(upload: Upload, past: Sequence[EarlierSubmission]) -> Decision | None:
    """Return the decision if the key was used before; a key holds for all assignments of a student."""
    key = upload.idempotency_key
    known = next((each for each in past if key is not None and each.idempotency_key == key), None)
    if known is None:
        return None
    return Repeat(known.id) if known.sha256 == upload.sha256 else KeyReused()


def _find_repeat(upload: Upload, past: Sequence[EarlierSubmission], basis: Basis) -> Repeat | None:
    same = [each for each in past if each.sha256 == upload.sha256 and _stands(each, basis)]
    return Repeat(same[0].id) if same and not upload.again else None


def _decide_by_policy(
    policy: SubmissionPolicy, past: Sequence[EarlierSubmission], moment: datetime
) -> Decision:
    limit, moments = policy.hourly_limit, list_spent(past, moment)
    if limit is not None and len(moments) >= limit:
        return TooSoon(moments[limit - 1] + LIMIT_WINDOW)
    is_queued = any(each.state is State.QUEUED for each in past)
    priority = Priority.RESUBMISSION if past else Priority.INTERACTIVE
    return New(priority, supersedes=policy.supersede and is_queued)


def _stands(past: EarlierSubmission, basis: Basis) -> bool:
    """Return whether a submission waits, or has a verdict that still holds."""
    return past.state in WAITING or (past.state in VERDICT and past.basis == basis)
