"""Acceptance: checked uploads are decided upon, kept and queued, many in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from sqlalchemy.orm import Session

from grader.store.admission import EarlierSubmission, New, Repeat, TooSoon, decide, histories
from grader.store.courses import assignments_in, policy_of
from grader.store.database import now
from grader.store.queue import Queue
from grader.store.queue.service_order import find_busy
from grader.store.standard import basis_of
from grader.store.states import Priority
from grader.store.submissions import Upload, accept_all, supersede
from grader.store.tables import AssignmentRow, SubmissionRow
from grader.store.users import Person
from grader.usecases.pace import Pace
from grader.usecases.use_case_error import (
    InvalidInputError,
    KeyReusedError,
    NotFoundError,
    RateLimitError,
    UseCaseError,
)

Arrival = tuple[Person, Upload]
_New = tuple[Upload, New, bool]  # the last one: whether it is by staff


@dataclass(frozen=True)
class Accepted:
    """The submission of an upload. `place` is 0 if the upload repeats an earlier one.

    Attributes: `place` in the queue, `wait` in seconds (None with a `reason` if it is not known), `by_staff`.
    """

    submission: SubmissionRow
    place: int = 0
    wait: int | None = None
    reason: str = ""
    by_staff: bool = False

    @property
    def is_new(self) -> bool:
        """Whether it repeats no earlier one."""
        return self.place > 0


class Acceptance:
    """Keeps uploads, each of another student, by the policy of their assignments."""

    def __init__(self, queue: Queue, pace: Pace) -> None:
        """Put submissions into `queue`; `pace` estimates how long they wait."""
        self._queue = queue
        self._pace = pace

    def __call__(self, session: Session, arrivals: Sequence[Arrival]) -> list[Accepted | UseCaseError]:
        """Return for each upload its submission, or the reason why there is none."""
        decided = _decide_all(session, arrivals)
        new = [each for each in decided if isinstance(each, tuple)]
        kept = iter(self._keep(session, new))
        return [next(kept) if isinstance(each, tuple) else each for each in decided]

    def _keep(self, session: Session, new: Sequence[_New]) -> list[Accepted]:
        made = accept_all(session, [(upload, decision.priority) for upload, decision, _ in new])
        self._enqueue(session, made)
        for submission, (_, decision, _) in zip(made, new, strict=True):
            if decision.supersedes:
                for older in supersede(session, submission):
                    self._queue.cancel(session, older.id)
        busy = find_busy(session, [each.id for each in made])
        accepted = []
        for submission, place, (_, _, by_staff) in zip(made, self._places(session, made), new, strict=True):
            wait = self._pace.wait(session, place, is_busy=submission.id in busy)
            reason = self._pace.reason(session) if wait is None else ""
            accepted.append(Accepted(submission, place, wait, reason, by_staff))
        return accepted

    def _enqueue(self, session: Session, made: Sequence[SubmissionRow]) -> None:
        by_priority = defaultdict(list)
        for submission in made:
            by_priority[Priority(submission.priority)].append(submission.id)
        for priority, ids in by_priority.items():
            self._queue.enqueue(session, ids, priority)

    def _places(self, session: Session, made: Sequence[SubmissionRow]) -> list[int]:
        """Return the places of new submissions: each is the last of its priority but for those made later."""
        depth: Mapping[int, int] = self._queue.stats(session).depth if made else {}
        after: Counter[int] = Counter()
        places = []
        for submission in reversed(made):
            served = sum(count for priority, count in depth.items() if priority >= submission.priority)
            places.append(served - after[submission.priority])
            after[submission.priority] += 1
        return places[::-1]


def _decide_all(session: Session, arrivals: Sequence[Arrival]) -> list[_New | Accepted | UseCaseError]:
    known = assignments_in(session, {course for who, _ in arrivals for course in who.roles})
    pasts = histories(session, [who.id for who, _ in arrivals])
    moment = now(session)
    decided: list[_New | Accepted | UseCaseError] = []
    for who, upload in arrivals:
        own = [each for each in known if each.course_id in who.roles]
        try:
            decided.append(_decide_one(session, who, upload, own, pasts[who.id], moment))
        except UseCaseError as error:
            decided.append(error)
    return decided


def _decide_one(  # noqa: PLR0913, PLR0917 - the upload, and all that the decision depends on
    session: Session,
    who: Person,
    upload: Upload,
    choice: Sequence[AssignmentRow],
    past: Sequence[EarlierSubmission],
    moment: datetime,
) -> _New | Accepted:
    """Return a new submission's decision, or the submission that is repeated. Raises UseCaseError."""
    assignment = _choose(choice, upload)
    upload = replace(upload, assignment_id=assignment.id)
    match decide(upload, policy_of(assignment), past, basis_of(assignment), moment):
        case New() as decision:
            return upload, decision, assignment.course_id in who.staff_courses
        case Repeat(submission_id):
            return Accepted(session.get_one(SubmissionRow, submission_id))
        case TooSoon(next_try):
            raise _too_soon(assignment, next_try, moment)
        case _:
            raise KeyReusedError("This Idempotency-Key belongs to another upload. Use a new one.")


def _choose(choice: Sequence[AssignmentRow], upload: Upload) -> AssignmentRow:
    """Return the assignment that an upload is for. Raises NotFoundError, InvalidInputError."""
    wanted = upload.assignment_id
    matching = [each for each in choice if not wanted or each.id == wanted]
    if not matching:
        which = f"an assignment {wanted!r}" if wanted.isprintable() and wanted else "any assignment"
        raise NotFoundError(f"You are in no course with {which}. Ask your instructor.")
    if len(matching) > 1:
        names = [each.id for each in matching]
        raise InvalidInputError(f"You have several assignments. Name one: {', '.join(names)}.", choices=names)
    return matching[0]


def _too_soon(assignment: AssignmentRow, moment: datetime, present: datetime) -> RateLimitError:
    wait = max(1, ceil((moment - present).total_seconds()))
    return RateLimitError(
        f"The limit is {assignment.hourly_limit} submissions an hour. The next one is possible at "
        f"{moment:%H:%M:%S} UTC, in {ceil(wait / 60)} min. Run the tests on your machine until then.",
        wait,
        next_try_at=moment.isoformat(timespec="seconds"),
    )
