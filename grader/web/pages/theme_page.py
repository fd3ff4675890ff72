"""The theme of the pages: light, dark, or that of the reader's system."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from grader.web.pages.current_user import HOME, keep_local

THEME_COOKIE = "grader_theme"
ONE_YEAR = 31_536_000  # seconds


class Theme(StrEnum):
    """A choice of the reader; SYSTEM follows the browser."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


router = APIRouter()


@router.post("/theme")
def choose_theme(theme: Annotated[Theme, Form()], page: Annotated[str, Form()] = HOME) -> Response:
    """Keep the choice in a cookie of the browser, and return to the page."""
    answer = RedirectResponse(keep_local(page), 303)
    answer.set_cookie(THEME_COOKIE, theme, max_age=ONE_YEAR, httponly=True, samesite="lax")
    return answer


def theme_of(request: Request) -> Theme:
    """Return the reader's choice."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return Theme(chosen) if chosen in set(Theme) else Theme.SYSTEM
