"""The current user: the person whom the browser's cookie signs in."""

from typing import Annotated, cast
from urllib.parse import quote

from fastapi import Depends, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from grader.store.sign_ins import SIGN_IN_LIFETIME
from grader.store.users import Person
from grader.usecases.sign_in import find_by_cookie
from grader.web.dependencies import SESSION_COOKIE, InContext
from grader.web.pages.page_context import PageContext

HOME = "/"


class SignInFirst(Exception):  # noqa: N818 - it redirects, and is no error
    """The browser has no session; `back` is the page to show after the sign-in."""

    def __init__(self, back: str) -> None:
        """Remember the requested page."""
        super().__init__(back)
        self.back = back


def require_user(request: Request, context: InContext) -> Person:
    """Return the signed-in person. Raises SignInFirst."""
    cookie = request.cookies.get(SESSION_COOKIE)
    back = address_of(request) if request.method == "GET" else HOME
    if not cookie:
        raise SignInFirst(back)
    found = find_by_cookie(context, cookie)
    if found is None:
        raise SignInFirst(back)
    request.state.user = found
    return found


def find_user(request: Request) -> Person | None:
    """Return the signed-in person; None without a session, or if the store does not answer."""
    if hasattr(request.state, "user"):
        return cast("Person", request.state.user)
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        return None
    try:
        return find_by_cookie(request.app.state.context, cookie)
    except SQLAlchemyError:
        return None


def address_of(request: Request) -> str:
    """Return the path and the query of a request."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


CurrentUser = Annotated[Person, Depends(require_user)]


def set_session_cookie(response: Response, cookie: str, page_context: PageContext) -> None:
    """Set the cookie of a session in the browser."""
    response.set_cookie(
        SESSION_COOKIE,
        cookie,
        max_age=int(SIGN_IN_LIFETIME.total_seconds()),
        httponly=True,
        secure=page_context.over_tls,
        samesite="lax",
    )


def delete_session_cookie(response: Response) -> None:
    """Delete the cookie in the browser."""
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")


def keep_local(path: str) -> str:
    """Return `path` if it leads to a page here, else the home page."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return quote(path, safe="/?=&-_~.%") if is_local else HOME
