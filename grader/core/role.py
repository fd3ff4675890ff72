"""The roles of people in a course."""

from enum import StrEnum


class Role(StrEnum):
    """The role of a person in a course."""

    STUDENT = "student"
    GRADER = "grader"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


STAFF = (Role.GRADER, Role.INSTRUCTOR, Role.ADMIN)
LEADS = (Role.INSTRUCTOR, Role.ADMIN)  # responsible for a course
