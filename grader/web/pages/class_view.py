"""The class behind a page for staff: an assignment, its students, and the submissions that count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from grader.store.student_results import CountedSubmission, Counts, StudentResult, list_student_results
from grader.store.tables import AssignmentRow
from grader.usecases.access import find_staff_assignment
from grader.web.dependencies import InContext
from grader.web.pages.current_user import CurrentUser


@dataclass(frozen=True)
class ClassFilter:
    """The reader's choice: which submissions count, and which section; an empty section stands for all."""

    counts: Counts
    section: str


@dataclass(frozen=True)
class ClassView:
    """The students of an assignment that the reader selected, and the sections of the course."""

    assignment: AssignmentRow
    filter: ClassFilter
    sections: Sequence[str]
    students: Sequence[StudentResult]

    @property
    def counted(self) -> list[CountedSubmission]:
        """The submissions that count, one of each student who has a verdict."""
        return [student.counted for student in self.students if student.counted]

    @property
    def handed_in(self) -> int:
        """The number of students with a submission."""
        return sum(student.newest is not None for student in self.students)


def select_class(
    context: InContext, who: CurrentUser, assignment_id: str, counts: Counts = Counts.BEST, section: str = ""
) -> ClassView:
    """Return the students that an address asks for, to their staff. Raises NotFoundError."""
    with context.database.read() as session:
        assignment = find_staff_assignment(session, who, assignment_id)
        everybody = list_student_results(session, assignment, counts)
    sections = sorted({student.section for student in everybody if student.section})
    students = [each for each in everybody if section in {"", each.section}]
    return ClassView(assignment, ClassFilter(counts, section), sections, students)


SelectedClass = Annotated[ClassView, Depends(select_class)]
