"""Acceptance: uploads that intake let through are decided upon, kept and queued, many in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy.orm import Session

from grader.jobs import Queue
from grader.store.admission import New, Past, Repeat, TooSoon, Wish, decide, histories
from grader.store.courses import assignments_in, policy_of
from grader.store.database import now
from grader.store.people import Person
from grader.store.standard import basis_of
from grader.store.states import Priority
from grader.store.submissions import Upload, accept_all, supersede
from grader.store.tables import Assignment, Submission
from grader.web.api.pace import Pace
from grader.web.api.problems import Kind, Problem


@dataclass(frozen=True)
class Arrival:
    """An upload by `who`; `assignment` is what the form names, or nothing."""

    who: Person
    assignment: str
    content: bytes
    sha256: str
    idempotency_key: str | None
    again: bool


@dataclass(frozen=True)
class Queued:
    """Where a new submission stands: its place, seconds to wait or why they are not known, if by staff."""

    place: int
    wait: int | None
    reason: str
    by_staff: bool


@dataclass(frozen=True)
class Accepted:
    """A submission, and where it stands if it is a new one."""

    submission: Submission
    queued: Queued | None = None

    @property
    def is_new(self) -> bool:
        """Whether it repeats no earlier one."""
        return self.queued is not None


@dataclass(frozen=True)
class _Admitted:
    """An arrival that becomes a submission."""

    wish: Wish
    decision: New
    by_staff: bool


class Acceptance:
    """Keeps arrivals, each of another student, as the policy of their assignments says."""

    def __init__(self, queue: Queue, pace: Pace) -> None:
        """Have uploads graded by way of `queue`; `pace` tells how long they wait."""
        self._queue = queue
        self._pace = pace

    def __call__(self, session: Session, arrivals: Sequence[Arrival]) -> list[Accepted | Problem]:
        """Return for each arrival its submission, or why there is none."""
        decided = self._decide(session, arrivals)
        admitted = [each for each in decided if isinstance(each, _Admitted)]
        kept = iter(self._keep(session, admitted))
        return [next(kept) if isinstance(each, _Admitted) else each for each in decided]

    def _decide(self, session: Session, arrivals: Sequence[Arrival]) -> list[_Admitted | Accepted | Problem]:
        courses = {course for each in arrivals for course in each.who.roles}
        known = assignments_in(session, courses)
        pasts = histories(session, [each.who.id for each in arrivals])
        moment = now(session)
        return [self._decide_one(session, each, known, pasts[each.who.id], moment) for each in arrivals]

    def _decide_one(
        self,
        session: Session,
        arrival: Arrival,
        known: Sequence[Assignment],
        past: Sequence[Past],
        moment: datetime,
    ) -> _Admitted | Accepted | Problem:
        assignment = _meant(
            [each for each in known if each.course_id in arrival.who.roles], arrival.assignment
        )
        if isinstance(assignment, Problem):
            return assignment
        upload = Upload(
            arrival.who.id, assignment.id, arrival.sha256, arrival.content, arrival.idempotency_key
        )
        wish = Wish(upload, policy_of(assignment), arrival.again)
        match decide(wish, past, basis_of(assignment), moment):
            case New() as decision:
                return _Admitted(wish, decision, assignment.course_id in arrival.who.staff_courses)
            case Repeat(submission_id):
                return Accepted(session.get_one(Submission, submission_id))
            case TooSoon(next_try):
                return _too_often(assignment, next_try, moment)
            case _:
                return Problem(Kind.KEY_REUSED, "This Idempotency-Key came with other bytes: take a new one.")

    def _keep(self, session: Session, admitted: Sequence[_Admitted]) -> list[Accepted]:
        made = accept_all(session, [(each.wish.upload, each.decision.priority) for each in admitted])
        self._enqueue(session, made)
        for submission, each in zip(made, admitted, strict=True):
            if each.decision.supersedes:
                for older in supersede(session, submission):
                    self._queue.cancel(session, older.id)
        return [
            Accepted(submission, self._queued(session, place, each))
            for submission, place, each in zip(made, self._places(session, made), admitted, strict=True)
        ]

    def _queued(self, session: Session, place: int, admitted: _Admitted) -> Queued:
        wait = self._pace.wait(session, place)
        return Queued(place, wait, self._pace.reason(session) if wait is None else "", admitted.by_staff)

    def _enqueue(self, session: Session, made: Sequence[Submission]) -> None:
        by_priority = defaultdict(list)
        for submission in made:
            by_priority[Priority(submission.priority)].append(submission.id)
        for priority, ids in by_priority.items():
            self._queue.enqueue(session, ids, priority)

    def _places(self, session: Session, made: Sequence[Submission]) -> list[int]:
        """Return the places of new submissions: each stands last of its priority but for those made later."""
        depth = self._queue.stats(session).depth if made else {}
        after: Counter[int] = Counter()
        places = []
        for submission in reversed(made):
            served = sum(count for priority, count in depth.items() if priority >= submission.priority)
            places.append(served - after[submission.priority])
            after[submission.priority] += 1
        return places[::-1]


def _meant(choice: Sequence[Assignment], wanted: str) -> Assignment | Problem:
    """Return the assignment that is meant, or what to tell when that is not clear."""
    matching = [each for each in choice if not wanted or each.id == wanted]
    if not matching:
        which = f"an assignment {wanted!r}" if wanted.isprintable() and wanted else "any assignment"
        return Problem(Kind.NOT_FOUND, f"You are in no course with {which}: ask your instructor.")
    if len(matching) > 1:
        names = [each.id for each in matching]
        return Problem(
            Kind.INVALID, f"You have several assignments: say which, {', '.join(names)}.", choices=names
        )
    return matching[0]


def _too_often(assignment: Assignment, moment: datetime, present: datetime) -> Problem:
    wait = max(1, ceil((moment - present).total_seconds()))
    return Problem(
        Kind.TOO_MANY,
        f"{assignment.hourly_limit} submissions an hour are allowed; the next one from "
        f"{moment:%H:%M:%S} UTC on, in {ceil(wait / 60)} min. Run the tests on your machine meanwhile.",
        headers={"Retry-After": str(wait)},
        next_try_at=moment.isoformat(timespec="seconds"),
    )
