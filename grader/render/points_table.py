"""The table of points in a terminal: a line for each part, and for each problem of a part with losses.

A student's own run and the grader print the same table.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rich.cells import cell_len
from rich.text import Text

from grader.core.scoring import Outcome, PartScore, ProblemScore, format_points
from grader.render.block import Field, block_lines
from grader.render.marks import mark_of
from grader.render.screen import Screen, pad, pad_left

COLOURS = {
    Outcome.PASSED: "green",
    "partial": "yellow",
    Outcome.FAILED: "red",
    Outcome.ERROR: "magenta",
    Outcome.NOT_WRITTEN: "dim",
    Outcome.NOT_RUN: "yellow",
    Outcome.NOT_JUDGED: "cyan",
}
MOST_LINES = 10  # of a problem with its failure
GAP = 2
LEAST_TITLE = 10
NOT_STARTED = "not started"
PARTLY_RUN = "partly run"

Below = Callable[[ProblemScore], Sequence[Field]]


class Everything:
    """Contains every name."""

    def __contains__(self, name: object) -> bool:
        """Return true."""
        return True


@dataclass(frozen=True)
class Ran:
    """The test classes of which some tests ran, and the classes of which all tests ran."""

    some: Container[object] = Everything()
    whole: Container[object] = Everything()

    def has_run(self, part: PartScore) -> bool:
        """Tell whether any problem of `part` ran."""
        return any(each.problem.tests in self.some for each in part.problems)

    def is_whole(self, *parts: PartScore) -> bool:
        """Tell whether every problem of `parts` ran with all its tests."""
        return all(each.problem.tests in self.whole for part in parts for each in part.problems)


@dataclass(frozen=True)
class PointsLine:
    """A line of the table, and the fields below it."""

    title: str
    points: str = ""
    note: str = ""
    glyph: str = ""
    colour: str = ""
    style: str = ""
    level: int = 0
    below: Sequence[Field] = ()


def part_rows(part: PartScore, ran: Ran, below: Below) -> Iterator[PointsLine]:
    """Yield the rows of a part that ran. A part with all its points, or without any code, has one row."""
    problems = [each for each in part.problems if each.problem.tests in ran.some]
    begun = [each for each in problems if each.is_begun]
    if not ran.is_whole(part):
        yield PointsLine(part.part.title, PARTLY_RUN, style="bold")
    elif not begun:
        yield _row(part, part.part.title, "dim", NOT_STARTED)
        return
    elif part.score == part.max_score:
        yield _row(part, part.part.title, "")
        return
    else:
        rest = len(problems) - len(begun)
        title = f"{part.part.title} ({rest} {NOT_STARTED})" if rest else part.part.title
        yield _row(part, title, "bold")
    for each in begun:
        yield _problem_row(each, ran, below)


def total_row(title: str, points: Fraction | None, most: int) -> PointsLine:
    """Return a row with a sum."""
    return PointsLine(title, points_of(points, most), style="bold")


def points_of(points: Fraction | None, most: int) -> str:
    """Return points of a maximum; a dash stands for points that are not judged."""
    return f"{'-' if points is None else format_points(points)} / {most}"


def table_lines(rows: Sequence[PointsLine], screen: Screen) -> list[Text]:
    """Return `rows` as lines that fit the screen; long titles go on in the next line."""
    points = max((cell_len(row.points) for row in rows), default=0)
    notes = max((cell_len(row.note) for row in rows), default=0)
    longest = max((2 * row.level + 2 + cell_len(screen.text(row.title)) for row in rows), default=0)
    room = screen.width - points - GAP - (notes + GAP if notes else 0)
    titles = min(longest, max(room, LEAST_TITLE))
    return [line for row in rows for line in _lines(row, screen, titles, points)]


def _lines(row: PointsLine, screen: Screen, titles: int, points: int) -> list[Text]:
    """Return the lines of a row whose columns of titles and points are that wide."""
    indent = 2 * row.level
    first, *others = screen.wrap(screen.text(row.title), titles - indent - 2)
    head = Text.assemble(
        " " * indent,
        (pad(screen.text(row.glyph), 2), row.colour),
        (pad(first, titles - indent - 2), row.style),
        " " * GAP,
        (pad_left(row.points, points), _colour_of_points(row)),
        (f"{' ' * GAP}{row.note}" if row.note else "", "dim"),
    )
    head.rstrip()
    lines = [head, *(Text(" " * (indent + 2) + each, row.style) for each in others)]
    return [*lines, *block_lines(row.below, screen, indent + 2, MOST_LINES - len(lines))]


def _colour_of_points(row: PointsLine) -> str:
    return row.colour or row.style


def _row(part: PartScore, title: str, style: str, note: str = "") -> PointsLine:
    mark = mark_of(part)
    points = points_of(part.score, part.max_score)
    return PointsLine(title, points, note, mark.glyph, COLOURS[mark.name], style)


def _problem_row(scored: ProblemScore, ran: Ran, below: Below) -> PointsLine:
    if scored.problem.tests not in ran.whole:
        return PointsLine(scored.problem.title, PARTLY_RUN, level=1)
    mark = mark_of(scored)
    tests = f"{scored.passed}/{len(scored.results)} tests"
    points = points_of(scored.score, scored.problem.points)
    is_lost = scored.lost or scored.score is None
    fields = below(scored) if is_lost else ()
    return PointsLine(
        scored.problem.title, points, tests, mark.glyph, COLOURS[mark.name], level=1, below=fields
    )
