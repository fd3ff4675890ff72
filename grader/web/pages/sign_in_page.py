"""Sign in, by a one-time link or a token, and sign out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from grader.core.lifetimes import in_words
from grader.store.sign_ins import SIGN_IN_LIFETIME
from grader.usecases.sign_in import sign_in_by_link, sign_in_by_token, sign_out
from grader.usecases.use_case_error import NotSignedInError, RateLimitError
from grader.web.api_error import to_api_error
from grader.web.dependencies import SESSION_COOKIE, InContext, client_address
from grader.web.pages.current_user import (
    HOME,
    delete_session_cookie,
    find_user,
    keep_local,
    set_session_cookie,
)
from grader.web.pages.page_context import InPageContext, PageContext
from grader.web.pages.view import page

TOKEN_CHARACTERS = 200

router = APIRouter()


@router.get("/login")
def show_form(request: Request, back: str = HOME) -> Response:
    """Ask for a token; who is signed in goes on to the page."""
    if find_user(request):
        return RedirectResponse(keep_local(back), 303)
    return page(request, "login.html.j2", None, back=keep_local(back), wrong="")


@router.post("/login")
def sign_in(
    request: Request,
    context: InContext,
    page_context: InPageContext,
    token: Annotated[str, Form(max_length=TOKEN_CHARACTERS)] = "",
    back: Annotated[str, Form()] = HOME,
) -> Response:
    """Sign in with a token."""
    try:
        cookie = sign_in_by_token(context, token.strip(), client_address(request))
    except (NotSignedInError, RateLimitError) as error:
        wrong, status = str(error), to_api_error(error).type.status
        return page(request, "login.html.j2", None, status, back=keep_local(back), wrong=wrong)
    return _enter(cookie, keep_local(back), page_context)


@router.get("/login/{code}")
def show_link(request: Request, page_context: InPageContext, code: str) -> Response:
    """Show a button first: mail scanners open links, but press no button."""
    return _link_page(request, page_context, 200, code=code, wrong=False)


@router.post("/login/{code}")
def use(request: Request, context: InContext, page_context: InPageContext, code: str) -> Response:
    """Sign in with a link."""
    try:
        cookie = sign_in_by_link(context, code, client_address(request))
    except (NotSignedInError, RateLimitError) as error:
        return _link_page(request, page_context, to_api_error(error).type.status, code=code, wrong=True)
    return _enter(cookie, HOME, page_context)


@router.post("/logout")
def leave(request: Request, context: InContext) -> Response:
    """End the session of the browser."""
    sign_out(context, request.cookies.get(SESSION_COOKIE, ""))
    answer = RedirectResponse("/login", 303)
    delete_session_cookie(answer)
    return answer


def _link_page(
    request: Request, page_context: PageContext, status: int, *, code: str, wrong: bool
) -> Response:
    lifetimes = {"link": in_words(page_context.link_lifetime), "signed_in": in_words(SIGN_IN_LIFETIME)}
    return page(request, "link.html.j2", None, status, code=code, wrong=wrong, lifetimes=lifetimes)


def _enter(cookie: str, to: str, page_context: PageContext) -> Response:
    answer = RedirectResponse(to, 303)
    set_session_cookie(answer, cookie, page_context)
    return answer
