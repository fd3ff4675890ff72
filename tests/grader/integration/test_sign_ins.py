"""The contract of sign-ins, on both databases: their start, their lifetime, and their end."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from grader.store.database import now
from grader.store.sign_ins import (
    find_signed_in,
    issue_link,
    revoke_access,
    sign_in_by_link,
    sign_in_by_token,
    sign_out,
)
from grader.store.tables import LoginLinkRow, SignInRow, TokenRow
from grader.store.tokens import issue_token, public_half, revoke_token, verify_token
from grader.store.users import add_user
from tests.grader.support.course import make_course

PATIENCE = 30


@pytest.fixture
def anna(database):
    """Return the id of a student."""
    return make_course(database).anna


def by_link(database, user_id):
    """Sign a user in by a new link and return the cookie."""
    with database.write() as session:
        return sign_in_by_link(session, issue_link(session, user_id))


def by_token(database, user_id):
    """Sign a user in by a new token; return the cookie and the token."""
    with database.write() as session:
        token = issue_token(session, user_id, "laptop")
        return sign_in_by_token(session, token), token


def user_of(database, cookie):
    """Return whom a cookie signs in."""
    with database.read() as session:
        found = find_signed_in(session, cookie)
        return found and found.id


def test_a_link_lets_in_once(database, anna):
    """A link's code makes one sign-in; a wrong code makes none and does not use the link up."""
    with database.write() as session:
        code = issue_link(session, anna)
        wrong, first, second = (sign_in_by_link(session, each) for each in (f"{code}x", code, code))

    assert (wrong, second) == (None, None)
    assert user_of(database, first) == anna


def test_a_link_that_is_opened_twice_at_once_lets_in_once(database, anna):
    """Of two browsers that open a link in the same moment, one gets in."""
    with database.write() as session:
        code = issue_link(session, anna)
    together, cookies = threading.Barrier(4), []

    def open_link():
        together.wait(PATIENCE)
        with database.write() as session:
            cookies.append(sign_in_by_link(session, code))

    threads = [threading.Thread(target=open_link) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert [user_of(database, each) for each in cookies if each] == [anna]
    assert len(cookies) == 4


def test_a_link_is_over_after_a_while(database, anna):
    """A link whose time has passed lets nobody in."""
    with database.write() as session:
        code = issue_link(session, anna)
        session.execute(update(LoginLinkRow).values(expires_at=now(session) - timedelta(seconds=1)))

    with database.write() as session:
        assert sign_in_by_link(session, code) is None


def test_a_token_lets_in_and_takes_its_sign_ins_along(database, anna):
    """A sign-in by token is another key than the token, and ends when the token is revoked."""
    cookie, token = by_token(database, anna)
    other = by_link(database, anna)
    before = user_of(database, cookie)

    with database.write() as session:
        revoke_token(session, public_half(token))

    assert before == anna
    assert cookie not in token
    assert user_of(database, cookie) is None
    assert user_of(database, other) == anna


def test_a_wrong_token_lets_nobody_in(database, anna):
    """A token that the API refuses makes no session either."""
    with database.write() as session:
        token = issue_token(session, anna, "", timedelta(seconds=-1))

        assert sign_in_by_token(session, token) is None
        assert sign_in_by_token(session, "grader_nonsense") is None


@pytest.mark.parametrize("wrong", ["", ".", "\x00.\x00", "x" * 10_000, "00000000000\N{SNOWMAN}.y"])
def test_a_cookie_that_is_none(database, anna, wrong):
    """Any cookie that is no session's signs nobody in, without an error."""
    cookie = by_link(database, anna)

    assert user_of(database, wrong) is None
    assert user_of(database, f"{cookie}x") is None


def test_a_sign_in_is_over_after_a_day_of_work(database, anna):
    """A cookie that is kept too long signs nobody in, and its row goes with the next sign-in."""
    cookie = by_link(database, anna)
    with database.write() as session:
        session.execute(update(SignInRow).values(expires_at=now(session) - timedelta(seconds=1)))

    over = user_of(database, cookie)
    by_link(database, anna)

    with database.read() as session:
        assert len(session.scalars(select(SignInRow)).all()) == 1
    assert over is None


def test_signing_out_ends_one_sign_in(database, anna):
    """The browser that signs out is out; another one of the same person is not."""
    one, two = by_link(database, anna), by_link(database, anna)

    with database.write() as session:
        sign_out(session, f"{two}x")
        sign_out(session, one)

    assert user_of(database, one) is None
    assert user_of(database, two) == anna


def test_shutting_out_ends_all_that_lets_in(database, anna):
    """Tokens, waiting links and sign-ins of one person end together; other people stay."""
    cookie, token = by_token(database, anna)
    with database.write() as session:
        ben = add_user(session, "ben@example.edu").id
        code = issue_link(session, anna)
        kept = sign_in_by_link(session, issue_link(session, ben))

    with database.write() as session:
        revoke_access(session, anna)

    with database.write() as session:
        assert verify_token(session, token) is None
        assert sign_in_by_link(session, code) is None
    assert user_of(database, cookie) is None
    assert user_of(database, kept) == ben


def test_no_secret_of_a_sign_in_is_kept(database, anna):
    """The tables hold nothing with which one could sign in."""
    cookie, token = by_token(database, anna)

    with database.read() as session:
        kept = [str(vars(row)) for table in (SignInRow, TokenRow) for row in session.scalars(select(table))]

    secrets = [text.partition(".")[2] for text in (cookie, token)]
    assert not any(secret in row for secret in secrets for row in kept)
