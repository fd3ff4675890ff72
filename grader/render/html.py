"""The report as a page: one HTML file without scripts and other files, fit for printing.

All text in it is hostile. Three defences: it is cleaned and cut (fitting.py), Jinja escapes it, and the
page's own Content-Security-Policy allows one stylesheet, named by its hash, and nothing more.
"""

import base64
import hashlib
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined

from grader.core.advice import hint_of, next_step
from grader.core.report import GradedReport, Status
from grader.core.scoring import Outcome, PartScore
from grader.render.dashboard import dashboard_of, held_up
from grader.render.decimals import in_column, in_tile
from grader.render.drawing import drawing_of
from grader.render.first_difference import compare, near
from grader.render.fitting import fit
from grader.render.marks import MARKS, mark_of
from grader.render.reasons import reasons
from grader.render.section_links import link_sections

TEXT_BYTES = 600_000  # of a page, for what a submission can make long
OPEN_REASONS = 1  # of a problem; the others are folded, for who has many reads the first ones first
SHEETS = ("tokens.css", "base.css", "report.css")
REPORT_ICONS = ("chevron-right", "lightbulb", "book-open", "arrow-right", "code")  # besides those of outcomes
SIXTEENTHS = 16
ITEMS = 500  # names of files, or notes, that a page lists
REPORT_SYMBOLS = tuple(
    f'<symbol id="{name}"' for name in (*REPORT_ICONS, *(mark.icon for mark in MARKS.values()))
)


def render_html(report: GradedReport) -> str:
    """Return the page that shows `report`."""
    return environment().get_template("report.html.j2").render(report_values(report))


def report_values(
    report: GradedReport,
    handout_path: str = "",
    code_path: str = "",
    places: Mapping[tuple[str, str], object] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the values for the templates of a report, cleaned and cut for a page.

    `handout_path` and `code_path` are where the handout and the submission's code are; empty for nowhere.
    `places` are the lines of the submission that lost tests point to, by class and name of the test.
    """
    fitted = fit(report, TEXT_BYTES)
    step = next_step(fitted.score)
    return {
        "report": fitted,
        "score": fitted.score,
        "next_step": step,
        "held_up": held_up(fitted.score, step) if step else (),
        "board": dashboard_of(fitted.score, unfold=fitted.status is not Status.NOT_GRADABLE),
        "handout_path": handout_path,
        "code_path": code_path,
        "places": places,
    }


@cache
def environment() -> Environment:
    """Return the templates of a report's page."""
    return make_environment(PackageLoader("grader.render"))


def make_environment(loader: BaseLoader) -> Environment:
    """Return the templates that `loader` finds, with the globals and filters of a report's macros."""
    made = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "stylesheet": stylesheet(),
        "stylesheet_hash": stylesheet_hash(),
        "report_sprite": report_sprite(),
        "icons": "",
        "items": ITEMS,
        "MARKS": MARKS,
        "Outcome": Outcome,
        "open_reasons": OPEN_REASONS,
    }
    made.filters |= {
        "points": in_column,
        "number": in_tile,
        "mark": mark_of,
        "drawing": drawing_of,
        "link_sections": link_sections,
        "earned": points_of_part,
        "hint": hint_of,
        "reasons": reasons,
        "compare": compare,
        "near": near,
        "weight": _weight,
        "moment": _moment,
        "count": _count,
    }
    return made


@cache
def stylesheet() -> str:
    """Return the stylesheet of all pages."""
    return "".join(map(_read, SHEETS))


@cache
def sprite() -> str:
    """Return the icons, as one SVG with a symbol for each."""
    return _read("icons.svg")


@cache
def report_sprite() -> str:
    """Return the icons of a report, to stand in its page."""
    symbols = [line for line in sprite().splitlines() if line.startswith(REPORT_SYMBOLS)]
    return f'<svg class="sprite" aria-hidden="true">{"".join(symbols)}</svg>'


def _read(name: str) -> str:
    return files("grader.render").joinpath("templates", name).read_text(encoding="utf-8")


def stylesheet_hash() -> str:
    """Return the stylesheet's name in a Content-Security-Policy."""
    digest = hashlib.sha256(stylesheet().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def points_of_part(part: PartScore) -> Fraction | None:
    """Return the points of `part`, or None if one of its problems was not judged."""
    return part.score


def _moment(iso: str) -> str:
    """Return a time of a report as people write it."""
    return iso.replace("T", " ").replace("+00:00", " UTC")


def _weight(points: int, total: int) -> int:
    """Return the width of a part's tile in sixteenths of the strip, at least one."""
    return max(1, round(SIXTEENTHS * points / total)) if total else 1


def _count(number: int, noun: str) -> str:
    """Return "1 test" or "2 tests"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
