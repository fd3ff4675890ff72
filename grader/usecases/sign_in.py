"""Sign-in: find the person behind a token, a link or a cookie, and limit the rate of wrong keys."""

from typing import TypeVar

import structlog

from grader.store import sign_ins
from grader.store.tokens import bearer
from grader.store.users import Person
from grader.usecases.context import Context
from grader.usecases.use_case_error import NotSignedInError, RateLimitError

WRONG_KEY = "The token is wrong, revoked or expired"
T = TypeVar("T")

log = structlog.get_logger()


def authenticate(context: Context, token: str, address: str) -> Person:
    """Return the owner of a token. Raises NotSignedInError, RateLimitError."""
    return _check_key(context, find_by_token(context, token), address)


def sign_in_by_token(context: Context, token: str, address: str) -> str:
    """Return the cookie of a new session. Raises NotSignedInError, RateLimitError."""
    with context.database.write() as session:
        cookie = sign_ins.sign_in_by_token(session, token)
    return _check_key(context, cookie, address)


def sign_in_by_link(context: Context, code: str, address: str) -> str:
    """Return the cookie of a new session, and use up the link. Raises NotSignedInError, RateLimitError."""
    with context.database.write() as session:
        cookie = sign_ins.sign_in_by_link(session, code)
    return _check_key(context, cookie, address)


def sign_out(context: Context, cookie: str) -> None:
    """End the session of a cookie."""
    with context.database.write() as session:
        sign_ins.sign_out(session, cookie)


def find_by_token(context: Context, token: str) -> Person | None:
    """Return the owner of a token; None if it is wrong. Now and then the store notes the use."""
    with context.database.read() as session:
        found = bearer(session, token)
    if found is None:
        return None
    if found.use_is_due:
        context.uses.submit(found.token_id)
    return found.person


def find_by_cookie(context: Context, cookie: str) -> Person | None:
    """Return the person whom a cookie signs in.

    A wrong cookie is no guess: browsers keep sending the cookies of ended sessions.
    """
    with context.database.read() as session:
        return sign_ins.find_signed_in(session, cookie)


def check_rate_limit(context: Context, address: str) -> None:
    """Count a wrong key. Raises RateLimitError when the address has sent too many."""
    seconds = context.guesses.fail(address)
    log.warning("a wrong token or link", address=address)
    if seconds:
        raise RateLimitError(
            f"{WRONG_KEY}. Your address sent too many wrong ones. Wait {seconds:.0f} seconds before you send "
            "another. A valid token works at any time.",
            int(seconds) + 1,
        )


def _check_key(context: Context, found: T | None, address: str) -> T:
    """Return `found`. Raises NotSignedInError, RateLimitError if there is none."""
    if found is None:
        check_rate_limit(context, address)
        raise NotSignedInError(f"{WRONG_KEY}. Ask for a new one.")
    return found
