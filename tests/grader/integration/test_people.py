"""People in the store and the tokens by which they sign in, on both databases."""

from datetime import timedelta

import pytest

from grader.core.role import Role
from grader.store.database import now
from grader.store.sign_ins import find_signed_in, issue_link, sign_in_by_link
from grader.store.tables import TokenRow, UserRow
from grader.store.tokens import (
    bearer,
    issue_token,
    note_uses,
    public_half,
    revoke_token,
    tokens_of,
    verify_token,
)
from grader.store.users import Person, add_user, normal_email
from tests.grader.support.course import COURSE, signed_in


def test_a_token_opens_until_it_is_revoked(database, course):
    """The token as it was shown is right; another secret is not; neither is it after it was revoked."""
    with database.write() as session:
        token = issue_token(session, course.anna, "laptop")
    with database.write() as session:
        right, wrong = verify_token(session, token), verify_token(session, token + "x")
        revoked = revoke_token(session, public_half(token))

    with database.read() as session:
        assert (right.user_id, wrong, revoked) == (course.anna, None, True)
        assert verify_token(session, token) is None
        assert [each.label for each in tokens_of(session, course.anna)] == ["laptop"]


def test_a_token_ends(database, course):
    """A token whose time is over opens nothing."""
    with database.write() as session:
        token = issue_token(session, course.anna, "", timedelta(seconds=-1))

        assert verify_token(session, token) is None


def test_whose_token_it_is(database, course):
    """A valid token gives its person at once, and whether to record its use; others give nothing."""
    with database.write() as session:
        token, over = issue_token(session, course.ben, ""), issue_token(session, course.ben, "", timedelta(0))
        nobody = issue_token(session, add_user(session, "new@example.edu").id, "")

    with database.read() as session:
        first, wrong, late = (bearer(session, each) for each in (token, f"{token}x", over))
        without_course = bearer(session, nobody)
    with database.write() as session:
        note_uses(session, [first.token_id])
        second = bearer(session, token)

    assert (first.person.roles, first.use_is_due, second.use_is_due) == ({COURSE: Role.STUDENT}, True, False)
    assert (wrong, late) == (None, None)
    assert without_course.person.roles == {}


def test_no_secret_is_kept(database, course):
    """The table of tokens holds nothing with which one could sign in."""
    with database.write() as session:
        token = issue_token(session, course.anna, "")
        row = session.get_one(TokenRow, public_half(token))

        assert token.partition(".")[2] not in str(vars(row))


def test_who_somebody_is(database, course):
    """A person has a role in each course; a disabled account is nobody."""
    with database.write() as session:
        known = signed_in(session, course.teacher)
        token = issue_token(session, course.anna, "")
        before = bearer(session, token).person
        cookie = sign_in_by_link(session, issue_link(session, course.anna))
        session.get_one(UserRow, course.anna).disabled_at = now(session)

    with database.read() as session:
        assert before == Person(course.anna, "anna@example.edu", "", {COURSE: Role.STUDENT})
        assert bearer(session, token) is None
        assert known.roles == {COURSE: Role.INSTRUCTOR}
        assert known.staff_courses == (COURSE,)
        assert find_signed_in(session, cookie) is None


def test_an_address_is_one_person_however_it_is_written(database):
    """Case and blanks do not make another user; an invalid address is refused."""
    with database.write() as session:
        assert add_user(session, " Anna@Example.edu").id == add_user(session, "anna@example.edu").id
    with pytest.raises(ValueError, match="no e-mail address"):
        normal_email("anna")
