"""Signing in, by a one-time link or a token, and signing out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from grader.core.lifetimes import in_words
from grader.store.sign_ins import SIGN_IN_LIFETIME
from grader.usecases.errors import NotSignedInError, RateLimitError
from grader.usecases.sign_in import sign_in_by_link, sign_in_by_token, sign_out
from grader.web.dependencies import SESSION_COOKIE, InContext, client_address
from grader.web.errors import to_api_error
from grader.web.pages.current_user import HOME, forget, let_in, local
from grader.web.pages.page_context import OnSite, Site
from grader.web.pages.view import page

TOKEN_CHARACTERS = 200

router = APIRouter()


@router.get("/login")
def show_form(request: Request, back: str = HOME) -> Response:
    """Ask for a token."""
    return page(request, "login.html.j2", None, back=local(back), wrong="")


@router.post("/login")
def sign_in(
    request: Request,
    context: InContext,
    site: OnSite,
    token: Annotated[str, Form(max_length=TOKEN_CHARACTERS)] = "",
    back: Annotated[str, Form()] = HOME,
) -> Response:
    """Let in whose token it is."""
    try:
        cookie = sign_in_by_token(context, token.strip(), client_address(request))
    except (NotSignedInError, RateLimitError) as error:
        wrong, status = str(error), to_api_error(error).type.status
        return page(request, "login.html.j2", None, status, back=local(back), wrong=wrong)
    return _enter(cookie, local(back), site)


@router.get("/login/{code}")
def show_link(request: Request, site: OnSite, code: str) -> Response:
    """Ask before the link is used up: programs that look into mail open links, but press no button."""
    return _link_page(request, site, 200, code=code, wrong=False)


@router.post("/login/{code}")
def use(request: Request, context: InContext, site: OnSite, code: str) -> Response:
    """Let in for whom the link was made."""
    try:
        cookie = sign_in_by_link(context, code, client_address(request))
    except (NotSignedInError, RateLimitError) as error:
        return _link_page(request, site, to_api_error(error).type.status, code=code, wrong=True)
    return _enter(cookie, HOME, site)


@router.post("/logout")
def leave(request: Request, context: InContext) -> Response:
    """End what signs the browser in."""
    sign_out(context, request.cookies.get(SESSION_COOKIE, ""))
    answer = RedirectResponse("/login", 303)
    forget(answer)
    return answer


def _link_page(request: Request, site: Site, status: int, *, code: str, wrong: bool) -> Response:
    lifetimes = {"link": in_words(site.link_lifetime), "signed_in": in_words(SIGN_IN_LIFETIME)}
    return page(request, "link.html.j2", None, status, code=code, wrong=wrong, lifetimes=lifetimes)


def _enter(cookie: str, to: str, site: Site) -> Response:
    answer = RedirectResponse(to, 303)
    let_in(answer, cookie, site)
    return answer
