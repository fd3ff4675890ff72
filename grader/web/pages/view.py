"""Turns a template and values into a response."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader

import grader.core
import grader.handout
import grader.render
import grader.web
from grader.core.comparison import group_changes
from grader.core.deadline import is_late
from grader.render.csv import csv_text
from grader.render.html import make_environment
from grader.store.states import State
from grader.store.users import Person
from grader.web.pages.assets import ICONS, asset
from grader.web.pages.current_user import HOME, address_of
from grader.web.pages.history import history_rows, score_plot
from grader.web.pages.page_context import page_context_of
from grader.web.pages.theme_page import Theme, theme_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
OK, FIRST_ERROR = 200, 400  # HTTP statuses
STATE_ICONS = {
    "empty": "inbox",
    "no-match": "search",
    "waiting": "hourglass",
    "refused": "x",
    "ours": "wrench",
    "done": "check",
    "not-started": "circle-dashed",
    "lost": "map",
}
MINUTE = 60  # seconds
UNITS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))
HEAT = ((0.9, "full"), (2 / 3, "a"), (1 / 3, "b"), (0.0001, "c"))
STATES = {
    State.QUEUED: ("waiting", "ellipsis", "waiting"),
    State.GRADING: ("waiting", "ellipsis", "being graded"),
    State.GRADED: ("passed", "check", "graded"),
    State.NOT_GRADABLE: ("error", "octagon-alert", "could not be loaded"),
    State.GRADER_ERROR: ("not_judged", "wrench", "grader error"),
    State.SUPERSEDED: ("not_run", "circle-slash", "superseded"),
    State.CANCELLED: ("not_run", "circle-slash", "cancelled"),
}


def page(
    request: Request, template: str, who: Person | None, status: int = 200, **values: Any
) -> HTMLResponse:
    """Return the page that `template` makes of `values`, for the signed-in person `who`."""
    handout_of = page_context_of(request).handout_of
    content = render(template, **_frame(request, status), who=who, handout_of=handout_of, **values)
    return HTMLResponse(content, status, headers={"Content-Security-Policy": POLICY})


def kept_page(
    request: Request,
    template: str,
    who: Person,
    key: Sequence[object],
    find_values: Callable[[], Mapping[str, Any]],
) -> Response:
    """Return a page that is rendered once for each `key`, which has all that its values depend on."""
    context, frame = page_context_of(request), _frame(request, OK)

    def make() -> str:
        return render(template, **frame, who=who, handout_of=context.handout_of, **find_values())

    versions = _release(), context.handout.version if context.handout else ""
    policy = {"Content-Security-Policy": POLICY}
    return context.kept_pages.answer(request, (*versions, template, who, frame, *key), make, **policy)


@cache
def _release() -> str:
    """Return a digest of all that makes pages here, so that a new release renders them again."""
    digest = hashlib.sha256()
    for package in (grader.core, grader.handout, grader.render, grader.web):
        for file in sorted(Path(package.__path__[0]).rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _frame(request: Request, status: int) -> dict[str, Any]:
    """Return the values that the frame of every page needs.

    The page of an error names no address, so a hidden page and a missing one look the same.
    """
    has_address = request.method == "GET" and status < FIRST_ERROR
    return {
        "here": request.url.path,
        "address": address_of(request) if has_address else HOME,
        "theme": theme_of(request),
        "themes": list(Theme),
        "service": page_context_of(request).name,
    }


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
    made.globals |= {"asset": asset, "icons": asset(ICONS), "State": State, "STATE_ICONS": STATE_ICONS}
    made.filters |= {
        "utc": utc,
        "iso": iso,
        "state_mark": STATES.__getitem__,
        "tenth": tenth,
        "heat": heat,
        "duration": duration,
        "lateness": lateness,
        "signed": signed,
        "loss_number": loss_number,
        "history_rows": history_rows,
        "change_groups": group_changes,
        "score_plot": score_plot,
    }
    return made


def iso(moment: datetime) -> str:
    """Return a moment for machines; a script shows it in the reader's own time zone."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def utc(moment: datetime) -> str:
    """Return a moment for readers without a script: with its zone."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def signed(points: float) -> str:
    """Return a difference of points with its sign and two decimals."""
    return f"{float(points):+.2f}".replace("-", "\N{MINUS SIGN}")


def loss_number(value: float) -> str:
    """Return a number that a submission reports, with three digits."""
    return f"{value:.3g}"


def tenth(value: float) -> str:
    """Return a number with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def heat(share: float | None) -> str:
    """Return the class of a cell of the heat map by the share of points kept; empty for no share."""
    return "" if share is None else next((name for limit, name in HEAT if share >= limit), "d")


def lateness(received_at: datetime, due_at: datetime) -> str:
    """Return how long before or after its deadline a submission came."""
    left = (due_at - received_at).total_seconds()
    if is_late(received_at, due_at):
        return f"late by {duration(-left)}"
    return f"on time, {duration(max(left, 0))} before the deadline"


def countdown(seconds: float) -> str:
    """Return the time that is left, in whole minutes, so that a page of it may be kept for a minute."""
    minutes = max(int(seconds // MINUTE), 0)
    return duration(minutes * MINUTE) if minutes else "less than 1 min"


def duration(seconds: float) -> str:
    """Return a duration in its one or two largest units."""
    whole = round(seconds)
    for size, unit, smaller, small in UNITS:
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit} {rest} {small}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"
