"""The report as a page: one HTML file without scripts and other files, fit for printing.

All text in it is hostile. Three defences: it is cleaned and cut (fitting.py), Jinja escapes it, and the
page's own Content-Security-Policy allows one stylesheet, named by its hash, and nothing more.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined

from grader.core.advice import blocked_by, hint_of, next_step
from grader.core.report import GradedReport
from grader.core.scoring import Outcome, PartScore, TestResult, format_points
from grader.render.drawing import drawing_of
from grader.render.first_difference import compare
from grader.render.fitting import fit
from grader.render.marks import MARKS, mark_of
from grader.render.section_links import link_sections

TEXT_BYTES = 600_000  # of a page, for what a submission can make long
HEADLINE = 300  # characters
OPEN_REASONS = 2  # of a problem; the others are folded, for who has many reads the first ones first
TRACEBACK = "\n  File "  # begins one in a message
CIRCUMSTANCES = 800  # characters that are shown open
SHEETS = ("tokens.css", "base.css", "report.css")
REPORT_ICONS = ("chevron-right", "lightbulb", "book-open", "arrow-right", "code")  # besides those of outcomes
ITEMS = 500  # names of files, or notes, that a page lists
REPORT_SYMBOLS = tuple(
    f'<symbol id="{name}"' for name in (*REPORT_ICONS, *(mark.icon for mark in MARKS.values()))
)


@dataclass(frozen=True)
class Reason:
    """The tests of one problem that ended in one way, by one mistake or with the same message and values."""

    tests: tuple[TestResult, ...]

    @property
    def shared(self) -> TestResult:
        """A test that stands for all."""
        return self.tests[0]

    @property
    def headline(self) -> str:
        """The first line of the message, cut if it is very long."""
        line = self.shared.message.partition("\n")[0]
        return line if len(line) <= HEADLINE else f"{line[:HEADLINE]} \N{HORIZONTAL ELLIPSIS}"

    @property
    def is_quiet(self) -> bool:
        """Whether the code is missing, so that there is nothing to repair."""
        return self.shared.outcome is Outcome.NOT_WRITTEN

    @property
    def circumstances(self) -> str:
        """The few lines below the headline that say for which inputs."""
        line, _, rest = self.shared.message.partition("\n")
        told = rest.partition(TRACEBACK)[0]
        is_shown = len(line) <= HEADLINE and not f"\n{rest}".startswith(TRACEBACK)
        return told if is_shown and len(told) <= CIRCUMSTANCES else ""

    @property
    def folded(self) -> str:
        """The text after the headline and the circumstances."""
        return self.details.removeprefix(self.circumstances).removeprefix("\n")

    @property
    def details(self) -> str:
        """The text after the headline: the other lines, or the whole message if the headline is cut."""
        line, _, rest = self.shared.message.partition("\n")
        return rest if len(line) <= HEADLINE else self.shared.message

    @property
    def sentences(self) -> dict[str, list[str]]:
        """The descriptions of the tests, each with the names of its tests."""
        found: dict[str, list[str]] = {}
        for test in self.tests:
            found.setdefault(test.description, []).append(test.name)
        return found


def render_html(report: GradedReport) -> str:
    """Return the page that shows `report`."""
    return environment().get_template("report.html.j2").render(report_values(report))


def report_values(report: GradedReport, handout_path: str = "") -> dict[str, Any]:
    """Return the values for the templates of a report, cleaned and cut for a page.

    `handout_path` is where the handout is, for the links to its sections; empty for none.
    """
    fitted = fit(report, TEXT_BYTES)
    score = fitted.score
    return {
        "report": fitted,
        "score": score,
        "next_step": next_step(score),
        "blocked": blocked_by(score),
        "handout_path": handout_path,
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
        "open_reasons": OPEN_REASONS,
    }
    made.filters |= {
        "points": format_points,
        "mark": mark_of,
        "drawing": drawing_of,
        "link_sections": link_sections,
        "earned": points_of_part,
        "hint": hint_of,
        "reasons": reasons,
        "compare": compare,
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


def reasons(results: Iterable[TestResult]) -> list[Reason]:
    """Return why tests did not pass, those of one reason together, in the order of their first test.

    Missing code is one reason, and so is a recognised mistake.
    """
    groups: dict[object, list[TestResult]] = {}
    for result in results:
        if result.outcome is not Outcome.PASSED:
            groups.setdefault(_reason_of(result), []).append(result)
    return [Reason(tuple(tests)) for tests in groups.values()]


def _reason_of(result: TestResult) -> object:
    if result.outcome is Outcome.NOT_WRITTEN:
        return result.outcome
    if result.cause:
        return result.outcome, result.cause
    return result.outcome, result.message, result.expected, result.actual, result.hint


def _moment(iso: str) -> str:
    """Return a time of a report as people write it."""
    return iso.replace("T", " ").replace("+00:00", " UTC")


def _count(number: int, noun: str) -> str:
    """Return "1 test" or "2 tests"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
