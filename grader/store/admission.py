"""Admission: what becomes of an upload by the policy of its assignment and what the student handed in before.

`decide` is pure; `histories` finds what it needs, for many students in one query.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from grader.store.courses import Policy
from grader.store.states import UNSPENT, VERDICT, WAITING, Priority, State
from grader.store.submissions import Basis, Upload
from grader.store.tables import Report, Submission, User

LIMIT_WINDOW = timedelta(hours=1)


class Counted(Protocol):
    """What of a submission says whether it counts against the limit."""

    @property
    def state(self) -> State:
        """Where it stands."""

    @property
    def received_at(self) -> datetime:
        """When it was handed in."""


@dataclass(frozen=True)
class Past:
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
    """It is a new submission, served with this priority; `supersedes` if older ones may still be queued."""

    priority: Priority
    supersedes: bool = False


@dataclass(frozen=True)
class Repeat:
    """It repeats an earlier submission."""

    submission_id: str


@dataclass(frozen=True)
class TooSoon:
    """The hour's submissions are spent; the next one may come at `next_try`."""

    next_try: datetime


@dataclass(frozen=True)
class KeyReused:
    """Its idempotency key came with other bytes before."""


Decision = New | Repeat | TooSoon | KeyReused


def decide(upload: Upload, policy: Policy, past: Sequence[Past], basis: Basis, moment: datetime) -> Decision:
    """Return the decision on an upload at `moment`; `past` has the student's submissions, newest first."""
    of_assignment = [each for each in past if each.assignment_id == upload.assignment_id]
    return (
        _decide_by_key(upload, past)
        or _find_repeat(upload, of_assignment, basis)
        or _decide_by_policy(policy, of_assignment, moment)
    )


def histories(session: Session, user_ids: Collection[int]) -> Mapping[int, Sequence[Past]]:
    """Return what each of these students handed in, newest first.

    Their rows are locked until the transaction ends: no other one decides for them meanwhile.
    """
    session.execute(select(User.id).where(User.id.in_(user_ids)).order_by(User.id).with_for_update())
    reported = and_(Report.submission_id == Submission.id, Report.attempt == Submission.attempt)
    found = (
        select(
            Submission.user_id,
            Submission.id,
            Submission.assignment_id,
            Submission.archive_sha256,
            Submission.idempotency_key,
            Submission.state,
            Submission.received_at,
            Report.suite_sha256,
            Report.rubric_sha256,
        )
        .outerjoin(Report, reported)
        .where(Submission.user_id.in_(user_ids))
        .order_by(Submission.received_at.desc(), Submission.id.desc())
    )
    by_student = defaultdict(list)
    for user_id, made, assignment, sha256, key, state, at, suite, rubric in session.execute(found):
        basis = Basis(suite, rubric) if suite else None
        by_student[user_id].append(Past(made, assignment, sha256, key, state, at, basis))
    return by_student


def spent(past: Iterable[Counted], moment: datetime) -> list[datetime]:
    """Return when those were handed in that count against the limit at `moment`, in the order of `past`."""
    since = moment - LIMIT_WINDOW
    return [each.received_at for each in past if each.received_at > since and each.state not in UNSPENT]


def tries_left(hourly_limit: int | None, past: Iterable[Counted], moment: datetime) -> int | None:
    """Return how often the student may hand in at `moment`; None where there is no limit."""
    return None if hourly_limit is None else max(0, hourly_limit - len(spent(past, moment)))


def _decide_by_key(upload: Upload, past: Sequence[Past]) -> Decision | None:
    """Return the decision if the key was used before; a key is the student's, whatever the assignment."""
    key = upload.idempotency_key
    known = next((each for each in past if key is not None and each.idempotency_key == key), None)
    if known is None:
        return None
    return Repeat(known.id) if known.sha256 == upload.sha256 else KeyReused()


def _find_repeat(upload: Upload, past: Sequence[Past], basis: Basis) -> Repeat | None:
    same = [each for each in past if each.sha256 == upload.sha256 and _stands(each, basis)]
    return Repeat(same[0].id) if same and not upload.again else None


def _decide_by_policy(policy: Policy, past: Sequence[Past], moment: datetime) -> Decision:
    limit, moments = policy.hourly_limit, spent(past, moment)
    if limit is not None and len(moments) >= limit:
        return TooSoon(moments[limit - 1] + LIMIT_WINDOW)
    is_queued = any(each.state is State.QUEUED for each in past)
    priority = Priority.RESUBMISSION if past else Priority.INTERACTIVE
    return New(priority, supersedes=policy.supersede and is_queued)


def _stands(past: Past, basis: Basis) -> bool:
    """Tell whether a submission waits, or has a verdict that still holds."""
    return past.state in WAITING or (past.state in VERDICT and past.basis == basis)
