"""Turns a template and values into a response."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader

from grader.render.csv import csv_text
from grader.render.html import make_environment
from grader.store.states import State
from grader.store.users import Person
from grader.web.pages.assets import asset
from grader.web.pages.page_context import page_context_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
UNITS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))
STATES = {
    State.QUEUED: ("waiting", "\N{HORIZONTAL ELLIPSIS}", "waiting"),
    State.GRADING: ("waiting", "\N{HORIZONTAL ELLIPSIS}", "being graded"),
    State.GRADED: ("passed", "\N{CHECK MARK}", "graded"),
    State.NOT_GRADABLE: ("error", "!", "could not be loaded"),
    State.GRADER_ERROR: ("not_judged", "?", "grader error"),
    State.SUPERSEDED: ("not_run", "\N{CIRCLED DIVISION SLASH}", "superseded"),
    State.CANCELLED: ("not_run", "\N{CIRCLED DIVISION SLASH}", "cancelled"),
}


def page(
    request: Request, template: str, who: Person | None, status: int = 200, **values: Any
) -> HTMLResponse:
    """Return the page that `template` makes of `values`, for the signed-in person `who`."""
    handout_of = page_context_of(request).handout_of
    content = render(template, who=who, here=request.url.path, handout_of=handout_of, **values)
    return HTMLResponse(content, status, headers={"Content-Security-Policy": POLICY})


def csv_file(name: str, rows: Iterable[Sequence[str]]) -> Response:
    """Return a table as a file for spreadsheets."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(csv_text(rows), media_type="text/csv", headers=headers)


def render(template: str, **values: Any) -> str:
    """Return the text that `template` makes of `values`: a page, or a piece of one."""
    return environment().get_template(template).render(values)


@cache
def environment() -> Environment:
    """Return the templates of pages and of reports."""
    made = make_environment(ChoiceLoader([PackageLoader("grader.web.pages"), PackageLoader("grader.render")]))
    made.globals |= {"asset": asset, "State": State}
    made.filters |= {
        "utc": utc,
        "iso": iso,
        "state_mark": STATES.__getitem__,
        "number": number,
        "duration": duration,
    }
    return made


def iso(moment: datetime) -> str:
    """Return a moment for machines; a script shows it in the reader's own time zone."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def utc(moment: datetime) -> str:
    """Return a moment for readers without a script: with its zone."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def number(value: float) -> str:
    """Return a number with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def duration(seconds: float) -> str:
    """Return a duration in its one or two largest units."""
    whole = round(seconds)
    for size, unit, smaller, small in UNITS:
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit} {rest} {small}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"
