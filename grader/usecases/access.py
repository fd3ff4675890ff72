"""Access: which submissions, assignments and students a person may see, and the permissions of a role."""

from sqlalchemy.orm import Session

from grader.core.role import LEADS, STAFF, Role
from grader.store.courses import assignments_in
from grader.store.tables import AssignmentRow, MembershipRow, SubmissionRow, UserRow
from grader.store.users import Person
from grader.usecases.context import Context
from grader.usecases.use_case_error import NotAllowedError, NotFoundError


def find_submission(session: Session, who: Person, submission_id: str) -> SubmissionRow:
    """Return a submission that `who` may see. Raises NotFoundError."""
    submission = session.get(SubmissionRow, submission_id) if submission_id.isalnum() else None
    if submission is None or not (submission.user_id == who.id or is_staff_of(session, who, submission)):
        raise NotFoundError("There is no such submission, or it is not yours.")
    return submission


def may_see(context: Context, who: Person | None, submission_id: str) -> bool:
    """Return whether a person may see a submission; `who` is None without a session."""
    if who is None:
        return False
    try:
        with context.database.read() as session:
            find_submission(session, who, submission_id)
    except NotFoundError:
        return False
    return True


def is_staff_of(session: Session, who: Person, submission: SubmissionRow) -> bool:
    """Return whether `who` is staff of the submission's course."""
    return course_of(session, submission) in who.staff_courses


def course_of(session: Session, submission: SubmissionRow) -> str:
    """Return the course of a submission."""
    return session.get_one(AssignmentRow, submission.assignment_id).course_id


def find_assignment(session: Session, who: Person, assignment_id: str) -> AssignmentRow:
    """Return an assignment in one of the courses of `who`. Raises NotFoundError."""
    for each in assignments_in(session, who.roles):
        if each.id == assignment_id:
            return each
    raise NotFoundError("There is no such assignment in your courses.")


def find_staff_assignment(session: Session, who: Person, assignment_id: str) -> AssignmentRow:
    """Return an assignment of a course whose staff `who` is. Raises NotFoundError."""
    assignment = session.get(AssignmentRow, assignment_id)
    if assignment is None or assignment.course_id not in who.staff_courses:
        raise NotFoundError("There is no such page, or it is for the staff of another course.")
    return assignment


def find_student(session: Session, assignment: AssignmentRow, user_id: int) -> tuple[UserRow, MembershipRow]:
    """Return a member of the assignment's course. Raises NotFoundError."""
    member = session.get(MembershipRow, (assignment.course_id, user_id))
    student = session.get(UserRow, user_id)
    if member is None or student is None:
        raise NotFoundError("There is no such student in this course.")
    return student, member


def require_role(who: Person, course_id: str, allowed: tuple[Role, ...] = STAFF) -> None:
    """Raise NotAllowedError unless `who` has an `allowed` role in the course."""
    if who.roles.get(course_id) not in allowed:
        raise NotAllowedError(f"Only {', '.join(allowed)} of the course may do this.")


def find_audit_courses(who: Person) -> tuple[str, ...] | None:
    """Return the courses whose audit `who` may read; None stands for all. Raises NotAllowedError."""
    if Role.ADMIN in who.roles.values():
        return None
    courses = tuple(course for course, role in who.roles.items() if role in LEADS)
    if not courses:
        raise NotAllowedError(f"Only {' and '.join(LEADS)} may read the audit.")
    return courses
