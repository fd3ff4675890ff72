"""Rosters as Canvas and Gradescope write them."""

import pytest

from grader.core.role import Role
from grader.roster import Entry, RosterError, read_roster

CANVAS_GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (77)
    Points Possible,,,,,10
"Ng, Anna",12,u12,anna@example.edu,Section A,8
"Student, Test",99,,f00d,Section A,
"""
CANVAS_PEOPLE = """\
Name,Login ID,Section,Role
Anna Ng,Anna@Example.edu,A,StudentEnrollment
Tom Ay,tom@example.edu,A,TaEnrollment
Ida Lee,ida@example.edu,,TeacherEnrollment
"""
GRADESCOPE = """\
First Name,Last Name,SID,Email,Sections,Role
Anna,Ng,12,anna@example.edu,A,Student
Tom,Ay,,tom@example.edu,,TA
Ida,Lee,,ida@example.edu,,Instructor
"""


def test_the_gradebook_of_canvas():
    """Rows that are no people are passed over; the login is the address."""
    assert read_roster(CANVAS_GRADEBOOK) == [Entry("anna@example.edu", "Ng, Anna", Role.STUDENT, "Section A")]


@pytest.mark.parametrize("roster", [CANVAS_PEOPLE, GRADESCOPE])
def test_roles_of_both(roster):
    """Students, assistants and instructors are known in the words of each."""
    people = read_roster(roster)

    assert [(each.email, each.role) for each in people] == [
        ("anna@example.edu", Role.STUDENT),
        ("tom@example.edu", Role.GRADER),
        ("ida@example.edu", Role.INSTRUCTOR),
    ]
    assert people[0].name == "Anna Ng"
    assert people[0].section == "A"


def test_a_person_who_is_listed_twice():
    """The last line of a person counts."""
    people = read_roster("Email,Section\na@b.c,1\na@b.c,2\n")

    assert [each.section for each in people] == ["2"]


@pytest.mark.parametrize(
    ("roster", "message"),
    [
        ("Name,Section\nAnna,A\n", "line 1: no column holds e-mail"),
        ("", "line 1: no column holds e-mail"),
        ("Email\nanna\n", "line 2: 'anna' is no e-mail address"),
        ("Email,Role\na@b.c,Dean\n", "line 2: the role 'Dean' is unknown"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(roster, message):
    """A mistake in a roster names line and value."""
    with pytest.raises(RosterError, match=message):
        read_roster(roster)
