"""Who is asking: the bearer token of a request, and what that person may see."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from grader.core.role import STAFF, Role
from grader.store.people import Person
from grader.store.tokens import bearer, public_half
from grader.web.api.context import InContext
from grader.web.api.problems import Kind, Problem

BEARER = HTTPBearer(
    auto_error=False, description="A token, as `grader user add --print-token` shows it once."
)


def signed_in(
    request: Request,
    context: InContext,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Person:
    """Return the person whose token the request carries. Raises Problem."""
    if credentials is None:
        raise _not_signed_in("The request has no token: send the header Authorization: Bearer TOKEN.")
    token, address = credentials.credentials, request.client.host if request.client else ""
    guesses, addresses = context.token_guesses, context.address_guesses
    guess = f"{address} {public_half(token)[:64]}"
    _brake(max(guesses.wait(guess), addresses.wait(address)))
    found = _find(context, token)
    if found is None:
        guesses.fail(guess)
        addresses.fail(address)
        raise _not_signed_in("The token is wrong, revoked or over: ask for a new one.")
    return found


SignedIn = Annotated[Person, Depends(signed_in)]


def require_staff(who: Person, course_id: str, least: tuple[Role, ...] = STAFF) -> None:
    """Raise Problem unless `who` has one of the roles `least` in the course."""
    if who.roles.get(course_id) not in least:
        raise Problem(Kind.NOT_ALLOWED, f"Only {', '.join(least)} of the course may do this.")


def _find(context: InContext, token: str) -> Person | None:
    with context.database.read() as session:
        found = bearer(session, token)
    if found is None:
        return None
    if found.use_is_due:
        context.uses.submit(found.token_id)
    return found.person


def _brake(seconds: float) -> None:
    if seconds:
        raise Problem(
            Kind.TOO_MANY,
            f"Too many wrong tokens came from your address; wait {seconds:.0f} seconds.",
            headers={"Retry-After": str(int(seconds) + 1)},
        )


def _not_signed_in(detail: str) -> Problem:
    return Problem(Kind.NOT_SIGNED_IN, detail, headers={"WWW-Authenticate": "Bearer"})
