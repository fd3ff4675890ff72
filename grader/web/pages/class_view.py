"""The class behind a page for staff: an assignment, its students, and the submissions that count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from grader.core.rubric import Problem
from grader.store.class_stamp import ClassStamp, stamp_class
from grader.store.student_results import CountedSubmission, Counts, StudentResult, list_student_results
from grader.store.tables import AssignmentRow
from grader.usecases.access import find_staff_assignment
from grader.usecases.context import Context
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
    def attempts(self) -> dict[str, int]:
        """The attempt whose report counts, by the id of the submission."""
        return {each.submission_id: each.attempt for each in self.counted}

    @property
    def counted_ids(self) -> list[str]:
        """The ids of the submissions that count."""
        return [each.submission_id for each in self.counted]

    @property
    def by_submission(self) -> dict[str, StudentResult]:
        """The students by the submission that counts."""
        return {each.counted.submission_id: each for each in self.students if each.counted}

    @property
    def handed_in(self) -> int:
        """The number of students with a submission."""
        return sum(student.newest is not None for student in self.students)

    def lost_points(self, problems: Sequence[Problem]) -> dict[tuple[str, str], float]:
        """Return the points that the submissions that count lost, by submission and problem."""
        return {
            (counted.submission_id, problem.id): problem.points - points
            for counted in self.counted
            for problem in problems
            if (points := counted.earned.points.get(problem.id)) is not None and points < problem.points
        }


@dataclass(frozen=True)
class ChosenClass:
    """The class that an address asks for. Its students are not read yet; `stamp` changes with any of them."""

    assignment: AssignmentRow
    filter: ClassFilter
    stamp: ClassStamp

    @property
    def key(self) -> tuple[object, ...]:
        """All that a kept page of the class depends on."""
        return self.filter, self.stamp


def choose_class(
    context: InContext, who: CurrentUser, assignment_id: str, counts: Counts = Counts.BEST, section: str = ""
) -> ChosenClass:
    """Return the class that an address asks for, to its staff. Raises NotFoundError."""
    with context.database.read() as session:
        assignment = find_staff_assignment(session, who, assignment_id)
        return ChosenClass(assignment, ClassFilter(counts, section), stamp_class(session, assignment))


def read_class(context: Context, chosen: ChosenClass) -> ClassView:
    """Return the students of a chosen class."""
    with context.database.read() as session:
        everybody = list_student_results(session, chosen.assignment, chosen.filter.counts)
    sections = sorted({student.section for student in everybody if student.section})
    students = [each for each in everybody if chosen.filter.section in {"", each.section}]
    return ClassView(chosen.assignment, chosen.filter, sections, students)


InChosenClass = Annotated[ChosenClass, Depends(choose_class)]


def select_class(context: InContext, chosen: InChosenClass) -> ClassView:
    """Return the students that an address asks for, to their staff. Raises NotFoundError."""
    return read_class(context, chosen)


SelectedClass = Annotated[ClassView, Depends(select_class)]
