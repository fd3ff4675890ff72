"""Signing in, by a one-time link or a token, and signing out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from grader.store.people import person
from grader.store.tokens import use_link
from grader.web.api.auth import address_of, brake, identify
from grader.web.api.context import Context, InContext
from grader.web.api.problems import Kind, Problem
from grader.web.pages import session as browser
from grader.web.pages.session import HOME, local
from grader.web.pages.site import OnSite
from grader.web.pages.view import page

TOKEN_CHARACTERS = 200
NO_LINK = "This link is used, over or wrong. Links work once and for some minutes: ask for a new one."

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
    """Begin a session for whose token it is."""
    try:
        who = identify(context, token.strip(), address_of(request))
    except Problem as problem:
        wrong, status = str(problem), problem.kind.status
        return page(request, "login.html.j2", None, status, back=local(back), wrong=wrong)
    answer = RedirectResponse(local(back), 303)
    browser.begin(answer, context, site, who.id)
    return answer


@router.get("/login/{code}")
def show_link(request: Request, code: str) -> Response:
    """Ask before the link is used up: programs that look into mail open links, but press no button."""
    return page(request, "link.html.j2", None, code=code, wrong="")


@router.post("/login/{code}")
def use(request: Request, context: InContext, site: OnSite, code: str) -> Response:
    """Begin a session for whom the link was made."""
    try:
        user_id = _use(context, code, address_of(request))
    except Problem as problem:
        return page(request, "link.html.j2", None, problem.kind.status, code=code, wrong=str(problem))
    answer = RedirectResponse(HOME, 303)
    browser.begin(answer, context, site, user_id)
    return answer


@router.post("/logout")
def sign_out(request: Request, context: InContext) -> Response:
    """End the session."""
    answer = RedirectResponse("/login", 303)
    browser.end(request, answer, context)
    return answer


def _use(context: Context, code: str, address: str) -> int:
    """Use a link up and return whose it is; wrong ones make their `address` wait. Raises Problem."""
    brake(context.address_guesses.wait(address))
    with context.database.write() as session:
        user_id = use_link(session, code)
        known = user_id is not None and person(session, user_id) is not None
    if user_id is None or not known:
        context.address_guesses.fail(address)
        raise Problem(Kind.NOT_SIGNED_IN, NO_LINK)
    return user_id
