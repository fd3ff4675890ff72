"""Who is asking: the token of a request, or the cookie of a browser, and what that person may see.

A cookie is taken for requests that change nothing only: another site can make a browser send a cookie, but
not a header.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from grader.core.role import STAFF, Role
from grader.store.people import Person, person
from grader.store.sign_ins import signed_in as user_of
from grader.store.tokens import bearer
from grader.web.api.context import Context, InContext
from grader.web.api.problems import Kind, Problem

SIGN_IN_COOKIE = "grader_sign_in"
SAFE_METHODS = frozenset(["GET", "HEAD"])
WRONG_KEY = "The token is wrong, revoked or over"
T = TypeVar("T")

log = structlog.get_logger()

BEARER = HTTPBearer(
    auto_error=False, description="A token, as `grader user add --print-token` shows it once."
)


def signed_in(
    request: Request,
    context: InContext,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Person:
    """Return the person whose token, or browser, sent the request. Raises Problem."""
    cookie = request.cookies.get(SIGN_IN_COOKIE) if request.method in SAFE_METHODS else None
    if credentials is not None:
        return opened(context, request, credentials.credentials, find_by_token)
    found = find_by_cookie(context, cookie) if cookie else None
    if found is None:
        raise _not_signed_in("The request has no valid token: send the header Authorization: Bearer TOKEN.")
    return found


def still_signed_in(context: Context, request: Request) -> Person | None:
    """Return who sent a request, as of now: a token may have ended, or roles changed, since it came."""
    _, _, token = request.headers.get("authorization", "").partition(" ")
    if token:
        return find_by_token(context, token.strip())
    return find_by_cookie(context, request.cookies.get(SIGN_IN_COOKIE, ""))


def opened(context: Context, request: Request, key: str, find: Callable[[Context, str], T | None]) -> T:
    """Return what `find` finds by a token or a link's code. Raises Problem, which counts wrong keys."""
    found = find(context, key)
    if found is not None:
        return found
    address = request.client.host if request.client else ""
    seconds = context.guesses.fail(address)
    log.warning("a wrong token or link", address=address)
    if seconds:
        raise _too_many(seconds)
    raise _not_signed_in(f"{WRONG_KEY}: ask for a new one.")


def find_by_token(context: Context, token: str) -> Person | None:
    """Return whose token it is, and have it noted now and then that it was used."""
    with context.database.read() as session:
        found = bearer(session, token)
    if found is None:
        return None
    if found.use_is_due:
        context.uses.submit(found.token_id)
    return found.person


def find_by_cookie(context: Context, cookie: str) -> Person | None:
    """Return whom a cookie signs in. A wrong one is no guess: browsers keep sending those that have ended."""
    with context.database.read() as session:
        user_id = user_of(session, cookie)
        return None if user_id is None else person(session, user_id)


SignedIn = Annotated[Person, Depends(signed_in)]


def require_staff(who: Person, course_id: str, least: tuple[Role, ...] = STAFF) -> None:
    """Raise Problem unless `who` has one of the roles `least` in the course."""
    if who.roles.get(course_id) not in least:
        raise Problem(Kind.NOT_ALLOWED, f"Only {', '.join(least)} of the course may do this.")


def _too_many(seconds: float) -> Problem:
    return Problem(
        Kind.TOO_MANY,
        f"{WRONG_KEY}. Many wrong ones came from your address: wait {seconds:.0f} seconds before you send "
        "another. A right token works at any time.",
        headers={"Retry-After": str(int(seconds) + 1)},
    )


def _not_signed_in(detail: str) -> Problem:
    return Problem(Kind.NOT_SIGNED_IN, detail, headers={"WWW-Authenticate": "Bearer"})
