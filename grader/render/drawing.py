"""The drawing of an expression that a report holds: boxes in columns, from the inputs to the result."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.core.scoring import PIECE, TestResult

MOST_BOXES = 40
CHARACTERS = 28
WIDTH, GAP, LINE, SPACE = 190, 50, 18, 16  # of a box, between columns, of a line of text, between boxes


@dataclass(frozen=True)
class Box:
    """A node: the lines of its text, its place, and whether it is the wrong one."""

    lines: tuple[str, ...]
    x: int
    y: int
    is_wrong: bool

    @property
    def height(self) -> int:
        """The height for its lines."""
        return LINE * len(self.lines) + LINE // 2


@dataclass(frozen=True)
class Edge:
    """A line from the right of an operand to the left of its result."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True)
class Drawing:
    """Boxes and edges, and the size of all."""

    boxes: Sequence[Box]
    edges: Sequence[Edge]
    width: int
    height: int


def drawing_of(result: TestResult) -> Drawing | None:
    """Return the drawing of the smallest failing piece, or None if the result has none that can be drawn."""
    try:
        nodes = json.loads(str(result.properties.get(PIECE, "")))
        return _draw([_check_node(node, place) for place, node in enumerate(nodes)])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _check_node(node: Any, place: int) -> tuple[tuple[str, ...], tuple[int, ...], bool]:
    """Return lines, operands and state of a node. Raises errors that `drawing_of` catches."""
    operands = tuple(int(operand) for operand in node["from"])
    if place >= MOST_BOXES or not all(0 <= operand < place for operand in operands):
        raise ValueError("no expression")
    return tuple(str(line)[:CHARACTERS] for line in node["lines"][:4]), operands, bool(node["wrong"])


def _draw(nodes: Sequence[tuple[tuple[str, ...], tuple[int, ...], bool]]) -> Drawing | None:
    if not nodes:
        return None
    columns: list[int] = []
    bottoms: dict[int, int] = {}
    boxes: list[Box] = []
    for lines, operands, is_wrong in nodes:
        column = 1 + max((columns[operand] for operand in operands), default=-1)
        columns.append(column)
        box = Box(lines, column * (WIDTH + GAP) + 1, bottoms.get(column, 1), is_wrong)
        bottoms[column] = box.y + box.height + SPACE
        boxes.append(box)
    edges = [_edge(boxes[operand], boxes[place]) for place, node in enumerate(nodes) for operand in node[1]]
    width = (max(columns) + 1) * (WIDTH + GAP) - GAP + 2
    return Drawing(boxes, edges, width, max(bottoms.values()))


def _edge(operand: Box, result: Box) -> Edge:
    return Edge(operand.x + WIDTH, operand.y + operand.height // 2, result.x, result.y + result.height // 2)
