"""Who is asking: the token of a request, or the cookie of a browser, and what that person may see.

A cookie is taken for requests that change nothing only: another site can make a browser send a cookie, but
not a header.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from grader.core.role import STAFF, Role
from grader.store.people import Person, person
from grader.store.sign_ins import signed_in as user_of
from grader.store.tokens import bearer, public_half
from grader.web.api.context import Context, InContext
from grader.web.api.problems import Kind, Problem

SIGN_IN_COOKIE = "grader_sign_in"
SAFE_METHODS = frozenset(["GET", "HEAD"])
T = TypeVar("T")

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
        return braked(context, request, credentials.credentials, find_by_token)
    if cookie:
        return braked(context, request, cookie, find_by_cookie)
    raise _not_signed_in("The request has no token: send the header Authorization: Bearer TOKEN.")


def braked(context: Context, request: Request, key: str, find: Callable[[Context, str], T | None]) -> T:
    """Return what `find` finds by `key`; wrong keys make the address that sends them wait. Raises Problem."""
    address = request.client.host if request.client else ""
    guesses, addresses = context.token_guesses, context.address_guesses
    guess = f"{address} {public_half(key)[:64]}"
    _brake(max(guesses.wait(guess), addresses.wait(address)))
    found = find(context, key)
    if found is None:
        guesses.fail(guess)
        addresses.fail(address)
        raise _not_signed_in("The token is wrong, revoked or over: ask for a new one.")
    return found


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
    """Return whom a cookie signs in."""
    with context.database.read() as session:
        user_id = user_of(session, cookie)
        return None if user_id is None else person(session, user_id)


SignedIn = Annotated[Person, Depends(signed_in)]


def require_staff(who: Person, course_id: str, least: tuple[Role, ...] = STAFF) -> None:
    """Raise Problem unless `who` has one of the roles `least` in the course."""
    if who.roles.get(course_id) not in least:
        raise Problem(Kind.NOT_ALLOWED, f"Only {', '.join(least)} of the course may do this.")


def _brake(seconds: float) -> None:
    if seconds:
        raise Problem(
            Kind.TOO_MANY,
            f"Too many wrong tokens came from your address; wait {seconds:.0f} seconds.",
            headers={"Retry-After": str(int(seconds) + 1)},
        )


def _not_signed_in(detail: str) -> Problem:
    return Problem(Kind.NOT_SIGNED_IN, detail, headers={"WWW-Authenticate": "Bearer"})
