"""The geometry of a curve with axes: places in percent of the plot, so that text keeps its size at any width.

The y axis begins at 0. Numbers may come from a submission, so any finite number has a place in the plot.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

FULL = 100.0  # percent
MOST_LABELS = 8  # on the x axis, and beside points
STEPS = (1, 2, 2.5, 5, 10)  # round distances of lines
LINES = 4  # at most, above 0
SMALLEST, LARGEST = 1e-12, 1e300  # of the values that the y axis follows

T = TypeVar("T")


@dataclass(frozen=True)
class Measurement:
    """A measured value at `at` on the x axis, with the words for that place and an optional target."""

    at: float
    value: float
    label: str
    id: str = ""


@dataclass(frozen=True)
class PlottedPoint:
    """A point in the plot, in percent from the left and from the top."""

    x: float
    y: float
    point: Measurement


@dataclass(frozen=True)
class Gridline:
    """A line across the plot, or a place on the x axis, with its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Plot:
    """A curve: marks from left to right, the lines of the y axis, the labels of the x axis.

    From `ahead` on, in percent from the left, the x axis is still to come.
    """

    marks: Sequence[PlottedPoint]
    lines: Sequence[Gridline]
    labels: Sequence[Gridline]
    ahead: float = FULL

    @property
    def path(self) -> str:
        """The curve as the `points` of an SVG polyline in a box of 100 x 100."""
        return " ".join(f"{mark.x:.2f},{mark.y:.2f}" for mark in self.marks)

    @property
    def has_labels(self) -> bool:
        """Whether there is room for the value of each point."""
        return len(self.marks) <= MOST_LABELS


def plot(
    points: Sequence[Measurement], *, top: float = 0, first: float | None = None, last: float = 0
) -> Plot:
    """Return the curve through `points`.

    The y axis ends at `top`, or at a round number above all values. The x axis goes from `first` to `last`,
    or from the first point to the last.
    """
    start = points[0].at if first is None and points else first or 0.0
    end = max([last, *(point.at for point in points)])
    lines = _lines_to(top) if top else _lines_above(max((each.value for each in points), default=0.0))
    highest = lines[-1]
    marks = [
        PlottedPoint(_share(each.at, start, end), FULL - _share(each.value, 0, highest), each)
        for each in points
    ]
    return Plot(
        marks,
        [Gridline(FULL - _share(line, 0, highest), f"{line:,.6g}") for line in lines],
        _labels(marks) if first is None else _scale(start, end),
        ahead=(marks[-1].x if marks else 0.0) if last else FULL,
    )


def thin_out(rows: Sequence[T], most: int) -> list[T]:
    """Return at most `most` of the rows, evenly spread, the last one among them."""
    if len(rows) <= most:
        return list(rows)
    edges = [round(len(rows) * place / most) for place in range(most + 1)]
    return [rows[end - 1] for _, end in pairwise(edges)]


def _share(value: float, low: float, high: float) -> float:
    """Return where `value` lies between two ends, in percent; the middle if the ends are one."""
    if high <= low:
        return FULL / 2
    return FULL * min(max((value / 2 - low / 2) / (high / 2 - low / 2), 0), 1)  # halves do not overflow


def _lines_to(top: float) -> list[float]:
    """Return three lines: 0, the middle, and the top."""
    return [0.0, top / 2, top]


def _lines_above(highest: float) -> list[float]:
    """Return lines at round distances, from 0 to a number that no value exceeds."""
    if highest < SMALLEST:
        return [0.0, 1.0]
    highest = min(highest, LARGEST)
    size = 10.0 ** math.floor(math.log10(highest / LINES))
    step = next((size * each for each in STEPS if size * each * LINES >= highest), size * STEPS[-1])
    return [step * number for number in range(math.ceil(highest / step) + 1)]


def _labels(marks: Sequence[PlottedPoint]) -> list[Gridline]:
    """Return the labels of points: all, or some with the first and the last."""
    apart = max(1, math.ceil((len(marks) - 1) / (MOST_LABELS - 1)))
    return [
        Gridline(mark.x, mark.point.label)
        for place, mark in enumerate(marks)
        if (len(marks) - 1 - place) % apart == 0
    ]


def _scale(start: float, end: float) -> list[Gridline]:
    """Return whole numbers on the x axis, at round distances, with both ends."""
    span = max(end - start, 1)
    apart = max(1, math.ceil(span / (MOST_LABELS - 1)))
    numbers = [start + step for step in range(0, math.floor(span) + 1, apart)]
    return [Gridline(_share(number, start, end), f"{number:g}") for number in numbers]
