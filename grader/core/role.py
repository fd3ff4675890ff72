"""What a person can be in a course."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is in a course."""

    STUDENT = "student"
    GRADER = "grader"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


STAFF = (Role.GRADER, Role.INSTRUCTOR, Role.ADMIN)
LEADS = (Role.INSTRUCTOR, Role.ADMIN)  # they answer for a course
