"""Signing in, by a one-time link or a token, and signing out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from grader.core.lifetimes import in_words
from grader.store.sign_ins import SIGN_IN_LIFETIME, sign_in_by_link, sign_in_by_token, sign_out
from grader.web.api.auth import SIGN_IN_COOKIE, opened
from grader.web.api.context import Context, InContext
from grader.web.api.problems import Problem
from grader.web.pages.site import OnSite, Site
from grader.web.pages.view import page
from grader.web.pages.visitor import HOME, forget, let_in, local

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
        cookie = opened(context, request, token.strip(), _by_token)
    except Problem as problem:
        wrong, status = str(problem), problem.kind.status
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
        cookie = opened(context, request, code, _by_link)
    except Problem as problem:
        return _link_page(request, site, problem.kind.status, code=code, wrong=True)
    return _enter(cookie, HOME, site)


@router.post("/logout")
def leave(request: Request, context: InContext) -> Response:
    """End what signs the browser in."""
    with context.database.write() as session:
        sign_out(session, request.cookies.get(SIGN_IN_COOKIE, ""))
    answer = RedirectResponse("/login", 303)
    forget(answer)
    return answer


def _link_page(request: Request, site: Site, status: int, *, code: str, wrong: bool) -> Response:
    lifetimes = {"link": in_words(site.link_lifetime), "signed_in": in_words(SIGN_IN_LIFETIME)}
    return page(request, "link.html.j2", None, status, code=code, wrong=wrong, lifetimes=lifetimes)


def _by_token(context: Context, token: str) -> str | None:
    with context.database.write() as session:
        return sign_in_by_token(session, token)


def _by_link(context: Context, code: str) -> str | None:
    with context.database.write() as session:
        return sign_in_by_link(session, code)


def _enter(cookie: str, to: str, site: Site) -> Response:
    answer = RedirectResponse(to, 303)
    let_in(answer, cookie, site)
    return answer
