"""The whole class as a picture: a line a student, a column a problem. A shared bug is a streak."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.web.pages.matrix_cells import ALL, UNSTARTED, MatrixColumns

GAP = 0.3  # of a column, between two parts
LEAST_HEIGHT, MOST_HEIGHT = 24, 460  # of the picture, in pixels
LINE = 6  # pixels of a student, when the class is small


@dataclass(frozen=True)
class Strips:
    """The picture: its size in cells, its height in pixels, and of each level the cells as an SVG path."""

    width: float
    lines: int
    height: int
    paths: tuple[tuple[str, str], ...]


def make_strips(levels: Sequence[Sequence[str]], columns: MatrixColumns) -> Strips:
    """Return the picture of the students with these levels; one without a verdict has none."""
    lefts, left = [], 0.0
    for place, column in enumerate(columns.columns):
        left += GAP if column.begins and place else 0
        lefts.append(f"{left + place:.1f}".removesuffix(".0"))
    cells: dict[str, list[str]] = {}
    begins = [column.begins for column in columns.columns]
    for line, own in enumerate(levels):
        for place, length, level in _runs(own, begins):
            cells.setdefault(level, []).append(f"M{lefts[place]} {line}h{length}")
    names = {ALL: "full"}
    return Strips(
        width=round(len(lefts) + left, 1),
        lines=len(levels),
        height=min(max(LINE * len(levels), LEAST_HEIGHT), MOST_HEIGHT),
        paths=tuple((names.get(level, level), "".join(cells[level])) for level in sorted(cells)),
    )


def _runs(levels: Sequence[str], begins: Sequence[bool]) -> Iterator[tuple[int, int, str]]:
    """Yield the place, length and level of neighbouring cells of one part that look the same."""
    place = 0
    while place < len(levels):
        end = place + 1
        while end < len(levels) and levels[end] == levels[place] and not begins[end]:
            end += 1
        if levels[place] != UNSTARTED:
            yield place, end - place, levels[place]
        place = end
