"""Authentication of API requests: by a token, or by the cookie of a browser.

Only requests that change nothing may use a cookie: another site can make a browser send a cookie, but not a
header.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from grader.store.users import Person
from grader.usecases.context import Context
from grader.usecases.sign_in import authenticate, find_by_cookie, find_by_token
from grader.usecases.use_case_error import NotSignedInError
from grader.web.dependencies import SAFE_METHODS, SESSION_COOKIE, InContext, client_address

BEARER = HTTPBearer(
    auto_error=False, description="A token, as `grader user add --print-token` shows it once."
)


def require_person(
    request: Request,
    context: InContext,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Person:
    """Return the owner of the request's token or cookie. Raises NotSignedInError, RateLimitError."""
    cookie = request.cookies.get(SESSION_COOKIE) if request.method in SAFE_METHODS else None
    if credentials is not None:
        return authenticate(context, credentials.credentials, client_address(request))
    found = find_by_cookie(context, cookie) if cookie else None
    if found is None:
        detail = "The request has no valid token: send the header Authorization: Bearer TOKEN."
        raise NotSignedInError(detail)
    return found


def find_person(context: Context, request: Request) -> Person | None:
    """Return the person behind a request now: the token may have expired since it came, or roles changed."""
    _, _, token = request.headers.get("authorization", "").partition(" ")
    if token:
        return find_by_token(context, token.strip())
    return find_by_cookie(context, request.cookies.get(SESSION_COOKIE, ""))


SignedIn = Annotated[Person, Depends(require_person)]
