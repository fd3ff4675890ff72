"""Who is asking: the token of a request, and what that person may see.

A token comes in the Authorization header. A browser holds one in a cookie, which is taken for requests that
change nothing only: another site can make a browser send a cookie, but not a header.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from grader.core.role import STAFF, Role
from grader.store.people import Person, person
from grader.store.tokens import note_use, public_half, use_is_due, verify_token
from grader.web.api.context import Context, InContext
from grader.web.api.problems import Kind, Problem

SESSION_COOKIE = "grader_session"
SAFE_METHODS = frozenset(["GET", "HEAD"])
BEARER = HTTPBearer(
    auto_error=False, description="A token, as `grader user add --print-token` shows it once."
)


def signed_in(
    request: Request,
    context: InContext,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Person:
    """Return the person whose token the request carries. Raises Problem."""
    cookie = request.cookies.get(SESSION_COOKIE) if request.method in SAFE_METHODS else None
    token = credentials.credentials if credentials else cookie
    if not token:
        raise _not_signed_in("The request has no token: send the header Authorization: Bearer TOKEN.")
    return identify(context, token, address_of(request))


def identify(context: Context, token: str, address: str) -> Person:
    """Return whose token it is; wrong ones make their `address` wait. Raises Problem."""
    guesses, addresses = context.token_guesses, context.address_guesses
    guess = f"{address} {public_half(token)[:64]}"
    brake(max(guesses.wait(guess), addresses.wait(address)))
    found = _find(context, token)
    if found is None:
        guesses.fail(guess)
        addresses.fail(address)
        raise _not_signed_in("The token is wrong, revoked or over: ask for a new one.")
    return found


def address_of(request: Request) -> str:
    """Return where a request comes from."""
    return request.client.host if request.client else ""


def brake(seconds: float) -> None:
    """Raise Problem if the one who asks must wait."""
    if seconds:
        raise Problem(
            Kind.TOO_MANY,
            f"Too many wrong tokens came from your address; wait {seconds:.0f} seconds.",
            headers={"Retry-After": str(int(seconds) + 1)},
        )


SignedIn = Annotated[Person, Depends(signed_in)]


def require_staff(who: Person, course_id: str, least: tuple[Role, ...] = STAFF) -> None:
    """Raise Problem unless `who` has one of the roles `least` in the course."""
    if who.roles.get(course_id) not in least:
        raise Problem(Kind.NOT_ALLOWED, f"Only {', '.join(least)} of the course may do this.")


def _find(context: Context, token: str) -> Person | None:
    with context.database.read() as session:
        row = verify_token(session, token)
        found = person(session, row.user_id) if row else None
        due = row is not None and use_is_due(session, row)
    if row is not None and due:
        with context.database.write() as session:
            note_use(session, row.id)
    return found


def _not_signed_in(detail: str) -> Problem:
    return Problem(Kind.NOT_SIGNED_IN, detail, headers={"WWW-Authenticate": "Bearer"})
