"""What the staff's pages have in common: an assignment, its students, which of their submissions count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from grader.store.standings import Counting, Counts, Standing, standings
from grader.store.tables import Assignment
from grader.usecases.access import find_staff_assignment
from grader.web.dependencies import InContext
from grader.web.pages.current_user import Visitor


@dataclass(frozen=True)
class Choice:
    """What a reader chose to see: which submissions count, and which section, all if it is empty."""

    counts: Counts
    section: str


@dataclass(frozen=True)
class ClassView:
    """The students of an assignment that a reader chose to see, and the sections there are."""

    assignment: Assignment
    choice: Choice
    sections: Sequence[str]
    students: Sequence[Standing]

    @property
    def counting(self) -> list[Counting]:
        """The submissions that count, one of each student who has a verdict."""
        return [student.counting for student in self.students if student.counting]

    @property
    def handed_in(self) -> int:
        """The number of students who handed in anything."""
        return sum(student.newest is not None for student in self.students)


def seen_by(
    context: InContext, who: Visitor, assignment_id: str, counts: Counts = Counts.BEST, section: str = ""
) -> ClassView:
    """Return the students that an address asks for, to their staff. Raises NotFoundError."""
    with context.database.read() as session:
        assignment = find_staff_assignment(session, who, assignment_id)
        everybody = standings(session, assignment, counts)
    sections = sorted({student.section for student in everybody if student.section})
    students = [each for each in everybody if section in {"", each.section}]
    return ClassView(assignment, Choice(counts, section), sections, students)


Seen = Annotated[ClassView, Depends(seen_by)]
