"""The geometry of charts: values become shapes in a box of WIDTH x HEIGHT, and templates draw those as SVG.

A chart has no text of its own: the table beneath it has its numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT = 600, 120


@dataclass(frozen=True)
class Dot:
    """A point of a curve, with its label and value."""

    x: float
    y: float
    label: str
    value: float


@dataclass(frozen=True)
class Curve:
    """Points from left to right; `path` connects them."""

    dots: tuple[Dot, ...]
    top: float

    @property
    def path(self) -> str:
        """The line as the `points` of an SVG polyline."""
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)


def line(rows: Sequence[tuple[str, float]], top: float | None = None) -> Curve:
    """Return a line through each (label, value), evenly spaced, from 0 up to `top` or the highest value."""
    highest = top or max((value for _, value in rows), default=0) or 1
    step = WIDTH / max(1, len(rows) - 1)
    return Curve(
        tuple(
            Dot(step * place, HEIGHT * (1 - min(max(value / highest, 0), 1)), label, value)
            for place, (label, value) in enumerate(rows)
        ),
        highest,
    )


def thin_out(rows: Sequence[tuple[str, float]], most: int) -> list[tuple[str, float]]:
    """Return at most `most` of the rows, evenly spread, the last one among them."""
    if len(rows) <= most:
        return list(rows)
    edges = [round(len(rows) * place / most) for place in range(most + 1)]
    return [rows[end - 1] for _, end in pairwise(edges)]
