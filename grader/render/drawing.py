"""The drawing of an expression that a report holds: boxes in columns, from the inputs to the result."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.core.scoring import PIECE, TestResult

MOST_NODES = 40  # of a stored piece
MOST_BOXES = 9  # of a drawing: of a larger piece, the way from the wrong node to the result
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
    """A line from the right of an operand to the left of its result; wrong if the operand's gradient is."""

    x1: int
    y1: int
    x2: int
    y2: int
    is_wrong: bool


@dataclass(frozen=True)
class Drawing:
    """Boxes and edges, the size of all, and the same in a sentence (`told`)."""

    boxes: Sequence[Box]
    edges: Sequence[Edge]
    width: int
    height: int
    told: str


@dataclass(frozen=True)
class Node:
    """A node of a piece: the lines of its text, its operands by their places, and whether it is wrong."""

    lines: tuple[str, ...]
    operands: tuple[int, ...]
    is_wrong: bool


def drawing_of(result: TestResult) -> Drawing | None:
    """Return the drawing of the smallest failing piece, or None if the result has none that can be drawn."""
    try:
        nodes = json.loads(str(result.properties.get(PIECE, "")))
        return _draw(_cut([_check_node(node, place) for place, node in enumerate(nodes)]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _check_node(node: Any, place: int) -> Node:
    """Return a node, checked. Raises errors that `drawing_of` catches."""
    operands = tuple(int(operand) for operand in node["from"])
    if place >= MOST_NODES or not all(0 <= operand < place for operand in operands):
        raise ValueError("no expression")
    return Node(tuple(str(line)[:CHARACTERS] for line in node["lines"][:4]), operands, bool(node["wrong"]))


def _cut(nodes: Sequence[Node]) -> Sequence[Node]:
    """Return the nodes, of many the wrong ones and all that is computed from them."""
    if len(nodes) <= MOST_BOXES:
        return nodes
    places: dict[int, int] = {}
    kept: list[Node] = []
    for place, node in enumerate(nodes):
        operands = tuple(places[each] for each in node.operands if each in places)
        if node.is_wrong or operands:
            places[place] = len(kept)
            kept.append(Node(node.lines, operands, node.is_wrong))
    return kept


def _draw(nodes: Sequence[Node]) -> Drawing | None:
    if not 0 < len(nodes) <= MOST_BOXES:
        return None
    columns: list[int] = []
    bottoms: dict[int, int] = {}
    boxes: list[Box] = []
    for node in nodes:
        column = 1 + max((columns[operand] for operand in node.operands), default=-1)
        columns.append(column)
        box = Box(node.lines, column * (WIDTH + GAP) + 1, bottoms.get(column, 1), node.is_wrong)
        bottoms[column] = box.y + box.height + SPACE
        boxes.append(box)
    edges = [_edge(boxes[each], boxes[place]) for place, node in enumerate(nodes) for each in node.operands]
    width = (max(columns) + 1) * (WIDTH + GAP) - GAP + 2
    return Drawing(boxes, edges, width, max(bottoms.values()), _sentence(nodes))


def _edge(operand: Box, result: Box) -> Edge:
    ends = operand.x + WIDTH, operand.y + operand.height // 2, result.x, result.y + result.height // 2
    return Edge(*ends, is_wrong=operand.is_wrong)


def _sentence(nodes: Sequence[Node]) -> str:
    """Return the drawing in a sentence, for those who cannot see it."""
    wrong = "; ".join(", ".join(node.lines) for node in nodes if node.is_wrong)
    return f"A graph of {len(nodes)} {'node' if len(nodes) == 1 else 'nodes'}. Wrong: {wrong or 'none'}."
