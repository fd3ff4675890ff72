"""The progress of a submission that waits or is being graded, as its page draws it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.core.rubric import Part, Problem
from grader.store.events import MARK_FAILED, MARK_PASSED, MARK_TO_COME
from grader.store.states import State
from grader.usecases.show import Waiting
from grader.web.pages.curves import Plot

NOTHING = {"done": 0, "passed": 0, "total": 0}
COLUMNS = 45  # squares in a row
ROWS = 3  # for which the page keeps room: more tests make smaller squares
CELL = 14  # from one square to the next
MOST_PLACES = 24  # of the queue that are drawn


@dataclass(frozen=True)
class Training:
    """A training as the submission reports it: its part, its progress, and the losses if the code has some.

    The title of a problem may name an accuracy, which the progress would be mistaken for.
    """

    part: str
    stage: str
    losses: Plot


@dataclass(frozen=True)
class Square:
    """A test in its fixed place: passed, failed, quiet (no code, or not run) or to come."""

    kind: str
    x: int
    y: int


@dataclass(frozen=True)
class PartProgress:
    """The tests of a part."""

    title: str
    counts: Mapping[str, int]
    marks: str

    @property
    def columns(self) -> int:
        """The squares in a row."""
        return max(COLUMNS, -(-len(self.marks) // ROWS))

    @property
    def height(self) -> int:
        """The height of its rows of squares."""
        return CELL * max(1, -(-len(self.marks) // self.columns))

    @property
    def failed(self) -> int:
        """The number of tests that failed so far."""
        return self.marks.count(MARK_FAILED)

    @property
    def is_done(self) -> bool:
        """Whether all its tests have ended."""
        return 0 < self.counts["total"] == self.counts["done"]

    @property
    def squares(self) -> list[Square]:
        """A square for each test, row by row."""
        kinds = {MARK_PASSED: "passed", MARK_FAILED: "failed", MARK_TO_COME: "to-come"}
        return [
            Square(kinds.get(mark, "quiet"), CELL * (place % self.columns), CELL * (place // self.columns))
            for place, mark in enumerate(self.marks)
        ]


@dataclass(frozen=True)
class Step:
    """A step of the way to the report: done, now, or to come."""

    name: str
    kind: str


@dataclass(frozen=True)
class Picture:
    """The progress of a submission that waits or is being graded.

    Attributes: `waiting` (its wait while it is queued), `waited` (seconds until grading began), `counts`
    (tests done, passed and total by problem id), `marks` (a character for each test by problem id), `parts`
    and `bonus_parts` of the rubric, `stage` (the score before a second stage), `has_second_stage`, and
    `training` (the training that runs).
    """

    id: str
    state: State
    attempt: int
    waiting: Waiting | None
    waited: float | None
    counts: Mapping[str, Mapping[str, int]]
    marks: Mapping[str, str]
    parts: Sequence[Part]
    bonus_parts: Sequence[Part]
    stage: Mapping[str, Any] | None
    has_second_stage: bool
    training: Training | None

    @property
    def total(self) -> dict[str, int]:
        """The counts of all problems together."""
        return _sum(self.counts.values())

    @property
    def progress(self) -> list[PartProgress]:
        """The tests of each part, those of the bonus together."""
        found = [self._of_problems(part.title, part.problems) for part in self.parts]
        if self.bonus_parts:
            problems = [problem for part in self.bonus_parts for problem in part.problems]
            found.append(self._of_problems("Bonus", problems))
        return found

    @property
    def line_up(self) -> list[str]:
        """The queue as far as it is drawn: those ahead, this one, those behind."""
        if self.waiting is None or self.waiting.place is None:
            return []
        place = self.waiting.place
        kinds = ["ahead"] * (place - 1) + ["own"] + ["behind"] * (self.waiting.queued - place)
        return kinds[:MOST_PLACES] if place <= MOST_PLACES else []

    @property
    def steps(self) -> list[Step]:
        """The way to the report."""
        is_queued = self.state is State.QUEUED
        tests_over = self.stage is not None or self.training is not None
        found = [Step("Received", "done"), Step("Queue", "now" if is_queued else "done")]
        found.append(Step("Tests", "to-come" if is_queued else "done" if tests_over else "now"))
        if self.has_second_stage:
            found.append(Step("Training", "now" if tests_over else "to-come"))
        return [*found, Step("Report", "to-come")]

    def _of_problems(self, title: str, problems: Sequence[Problem]) -> PartProgress:
        counts = {problem.id: self.counts.get(problem.id, NOTHING) for problem in problems}
        marks = [self.marks.get(name) or _marks_of(count) for name, count in counts.items()]
        return PartProgress(title, _sum(counts.values()), "".join(marks))


def _sum(counts: Any) -> dict[str, int]:
    found = list(counts)
    return {key: sum(count[key] for count in found) for key in NOTHING}


def _marks_of(count: Mapping[str, int]) -> str:
    """Return marks for the counts of a worker that sends no marks."""
    failed, left = count["done"] - count["passed"], count["total"] - count["done"]
    return MARK_PASSED * count["passed"] + MARK_FAILED * failed + MARK_TO_COME * left
