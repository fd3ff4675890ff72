"""Enrolment by rosters: whom a row means, also without an address."""

import pytest

from grader.roster import read_roster
from grader.store.courses import add_course
from grader.store.enrolment import enrol, plan_changes
from grader.store.users import find_user, members
from tests.grader.support.course import COURSE


def people_of(database):
    """Return the name of each person of the course, with login, id and section."""
    with database.read() as session:
        found = [(user, member.section) for user, member in members(session, COURSE)]
        return [(user.email, user.login, user.sis_id, section) for user, section in found]


def test_people_without_an_address_are_enrolled_and_found(database):
    """A login or an id is enough; an address that comes later is taken, and nobody is enrolled twice."""
    rosters = (
        "Student,SIS User ID,SIS Login ID,Section\nAnna,U1,ang,A\nBen,U2,,A\n",
        "Name,Email,Login,Section\nAnna,anna@example.edu,ang,B\n",
    )
    with database.write() as session:
        add_course(session, COURSE, "Course")
        for roster in rosters:
            enrol(session, COURSE, plan_changes(session, COURSE, read_roster(roster.encode()).entries))
        planned = plan_changes(session, COURSE, read_roster(rosters[1].encode()).entries)
        found = [find_user(session, named) for named in ("ang", "U1", "Anna@example.edu", "U2", "zoe")]

    assert people_of(database) == [("U2", None, "U2", "A"), ("anna@example.edu", "ang", "U1", "B")]
    assert planned == []
    assert [user.email if user else None for user in found] == [
        *["anna@example.edu"] * 3,
        "U2",
        None,
    ]


def test_an_entry_that_means_two_people_is_refused(database):
    """Two people of the store are never made one by a roster."""
    with database.write() as session:
        add_course(session, COURSE, "Course")
        for roster in ("Email\na@b.c\n", "Login\nang\n"):
            enrol(session, COURSE, plan_changes(session, COURSE, read_roster(roster.encode()).entries))

        with pytest.raises(ValueError, match="is several people here"):
            plan_changes(session, COURSE, read_roster(b"Email,Login\na@b.c,ang\n").entries)
