"""A browser's session: a cookie with a token of its own, which ends after a day or with signing out."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request, Response

from grader.store.people import Person
from grader.store.tokens import issue_token, public_half, revoke_token
from grader.web.api.auth import SESSION_COOKIE, address_of, identify
from grader.web.api.context import Context, InContext
from grader.web.api.problems import Kind, Problem
from grader.web.pages.site import Site

LIFETIME = timedelta(days=1)
LABEL = "browser"
HOME = "/"


class SignInFirst(Exception):  # noqa: N818 - says what is to be done
    """Nobody is signed in; `back` is where to go afterwards."""

    def __init__(self, back: str) -> None:
        """Remember the page that was asked for."""
        super().__init__(back)
        self.back = back


def visitor(request: Request, context: InContext) -> Person:
    """Return who is signed in. Raises SignInFirst, Problem."""
    cookie = request.cookies.get(SESSION_COOKIE)
    back = request.url.path if request.method == "GET" else HOME
    if not cookie:
        raise SignInFirst(back)
    try:
        return identify(context, cookie, address_of(request))
    except Problem as problem:
        if problem.kind is Kind.NOT_SIGNED_IN:
            raise SignInFirst(back) from None
        raise


Visitor = Annotated[Person, Depends(visitor)]


def begin(response: Response, context: Context, site: Site, user_id: int) -> None:
    """Sign the user's browser in: `response` brings it the cookie."""
    with context.database.write() as session:
        token = issue_token(session, user_id, LABEL, LIFETIME)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        secure=site.over_tls,
        samesite="lax",
    )


def end(request: Request, response: Response, context: Context) -> None:
    """Sign the browser out: its token is revoked and the cookie taken back."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        with context.database.write() as session:
            revoke_token(session, public_half(token))
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")


def local(path: str) -> str:
    """Return `path` if it leads to a page here, else the first page."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return quote(path, safe="/?=&-_~.%") if is_local else HOME
