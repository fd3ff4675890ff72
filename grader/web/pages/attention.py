"""The list of what needs a person: failures of the grader, lateness, absence, notes, the queue."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from grader.store.queue import Stats
from grader.store.states import WAITING, State
from grader.store.student_results import StudentResult
from grader.web.pages.view import duration

MOST_NAMES = 3


class Group(StrEnum):
    """A group of students that the matrix can show alone."""

    ALL = "all"
    LATE = "late"
    ABSENT = "absent"
    UNLOADABLE = "unloadable"
    WAITING = "waiting"
    BELOW_HALF = "below-half"


@dataclass(frozen=True)
class Need:
    """One line of the list: an icon, a sentence, some of the students, or a reason.

    `others` counts the students that are not named. `group` is the group that the matrix shows; None for no
    link. `is_ours` marks a failure of the grader.
    """

    icon: str
    title: str
    students: Sequence[StudentResult] = ()
    others: int = 0
    detail: str = ""
    group: Group | None = None
    is_ours: bool = False


@dataclass(frozen=True)
class Flags:
    """What the grader noted: students whose grading failed or is unstable, and submissions with notes."""

    failed: Collection[int] = field(default_factory=set)
    unstable: Collection[int] = field(default_factory=set)
    noted: Collection[str] = field(default_factory=set)


def is_in(group: Group, student: StudentResult) -> bool:
    """Tell whether a student is in a group."""
    return MEMBERS[group](student)


def list_needs(students: Sequence[StudentResult], flags: Flags, queue: Stats) -> list[Need]:
    """Return all that needs a person, failures of the grader first."""
    noted = [each for each in students if each.counted and each.counted.submission_id in flags.noted]
    failed, unstable = (
        [each for each in students if each.user_id in ids] for ids in (flags.failed, flags.unstable)
    )
    found = [
        *_workers(queue),
        *_need("wrench", "not graded because of us", failed, is_ours=True),
        *_need("refresh-cw", "graded twice with different points", unstable, is_ours=True),
        *_need("flag", "with an integrity note", noted),
    ]
    for group, (icon, words) in LISTED.items():
        found += _need(icon, words, [each for each in students if is_in(group, each)], group)
    return [*found, *_waiting(queue, [each for each in students if is_in(Group.WAITING, each)])]


def _is_unloadable(student: StudentResult) -> bool:
    return student.newest is not None and student.newest.state is State.NOT_GRADABLE


def _is_late(student: StudentResult) -> bool:
    return student.counted is not None and student.counted.is_late


def _is_waiting(student: StudentResult) -> bool:
    return student.newest is not None and student.newest.state in WAITING


def _is_below_half(student: StudentResult) -> bool:
    earned = student.counted.earned if student.counted else None
    return earned is not None and earned.score * 2 < earned.max_score


MEMBERS: Mapping[Group, Callable[[StudentResult], bool]] = {
    Group.ALL: lambda _: True,
    Group.LATE: _is_late,
    Group.ABSENT: lambda student: student.newest is None,
    Group.UNLOADABLE: _is_unloadable,
    Group.WAITING: _is_waiting,
    Group.BELOW_HALF: _is_below_half,
}
LISTED = {
    Group.UNLOADABLE: ("octagon-alert", "could not be loaded"),
    Group.LATE: ("calendar-clock", "late"),
    Group.ABSENT: ("users", "not handed in"),
}


def _need(
    icon: str,
    words: str,
    students: Sequence[StudentResult],
    group: Group | None = None,
    *,
    is_ours: bool = False,
) -> list[Need]:
    """Return the line for these students; none for no students."""
    if not students:
        return []
    named = students[:MOST_NAMES]
    others = len(students) - len(named)
    return [Need(icon, f"{len(students)} {words}", named, others, group=group, is_ours=is_ours)]


def _workers(queue: Stats) -> list[Need]:
    """Return a line for each worker that takes no submissions, and one when there is none."""
    refused = [
        Need("wrench", "A worker takes no submissions", detail=each, is_ours=True) for each in queue.refusals
    ]
    absent = Need("wrench", "No worker is running", detail="Submissions wait in the queue.", is_ours=True)
    return refused if queue.workers else [absent, *refused]


def _waiting(queue: Stats, mine: Sequence[StudentResult]) -> list[Need]:
    if not mine:
        return []
    detail = f"Longest wait in the queue: {duration(queue.oldest_wait)}." if queue.depth else ""
    return [Need("hourglass", f"{len(mine)} waiting for a verdict", detail=detail, group=Group.WAITING)]
