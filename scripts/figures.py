"""Draws the handout's figures, docs/handout/*.svg: `uv run python scripts/figures.py`.

The graphs are drawn by the reference's bonus on graph drawing; Graphviz's `dot` lays them out. Lines and
words have the colour of the text around a figure, and the ground is clear: it suits light and dark pages.
"""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "handout"
FONT = "DejaVu Sans Mono"
LINE, FILL, INK = "#4a7dc0", "#eef3fa", "#2e3436"
OWN = f'fill="{LINE}" fill-opacity="0.12"'  # of a box, on any ground
COPY = 'fill="none" stroke="currentColor" stroke-opacity="0.4" stroke-dasharray="3"'
STYLE = "<style>svg { color: #1f2328 } @media (prefers-color-scheme: dark) { svg { color: #e6e8eb } }</style>"
LOOK = f"""digraph {{
  graph [bgcolor="transparent", nodesep=0.25, ranksep=0.3, pad=0.1]
  node [fontname="{FONT}", fontsize=10, fontcolor="{INK}", color="{LINE}", fillcolor="{FILL}"]
  node [margin="0.12,0.07"]
  edge [color="{INK}", arrowsize=0.7]"""
CELL = 28  # pixels: the side of a square with a number, in which places and sizes are told below


def product_and_sum() -> Any:
    """Return d = a * b + a after backward."""
    value = module("engine").Value
    a, b = value(2.0), value(3.0)
    d = a * b + a
    d.backward()
    return d


def layer() -> Any:
    """Return relu(x @ weight + bias) of a batch of 64 images, 128 neurons wide, after backward."""
    rng, tensor = np.random.default_rng(0), module("engine").Tensor
    x, weight = tensor(rng.uniform(0, 1, (64, 784))), tensor(rng.normal(0, 0.01, (784, 128)))
    hidden = (x @ weight + tensor(np.zeros(128))).relu()
    hidden.backward()
    return hidden


def module(name: str) -> Any:
    """Return a module of the reference, which has no types."""
    return importlib.import_module(f"smulgrad.{name}")


def graph(node: Any, direction: str) -> str:
    """Return the graph of `node` as SVG; `direction` is LR (left to right) or TB (top to bottom)."""
    source = module("drawing").draw_graph(node).replace("digraph {", LOOK, 1)
    source = source.replace("style=rounded", 'style="rounded,filled"').replace("=LR", f"={direction}")
    command = ["dot", "-Tsvg"]
    drawn = subprocess.run(command, input=source, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return re.sub(r"<!--.*?-->\n?", "", drawn.stdout, flags=re.DOTALL).replace(f'fill="{FILL}"', OWN)


def broadcasting() -> str:
    """Return how a row plus a column is computed, and how its gradients go back, as SVG."""
    drawn = [
        *text(5.5, 0.6, "forward: numbers are copied"),
        *grid(0.2, 1.2, [[1, 2, 3], [1, 2, 3]], own=(1, 3)),
        *text(3.6, 2.2, "+"),
        *grid(4, 1.2, [[1, 1, 1], [2, 2, 2]], own=(2, 1)),
        *text(7.4, 2.2, "="),
        *grid(7.8, 1.2, [[2, 3, 4], [3, 4, 5]]),
        *text(17.2, 0.6, "backward: gradients are summed"),
        *grid(12.5, 1.2, [[1, 1, 1], [1, 1, 1]]),
        *text(17.5, 1.5, "down"),
        *text(17.5, 3.2, "across"),
        *grid(19, 1, [[2, 2, 2]]),
        *grid(19, 2.2, [[3], [3]]),
    ]
    size = f'width="{22.4 * CELL:g}" height="{4.4 * CELL:g}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}" font-size="12">'
    return "\n".join([opening, *drawn, "</svg>\n"])


def grid(
    x: float, y: float, rows: Sequence[Sequence[int]], own: tuple[int, int] | None = None
) -> Iterator[str]:
    """Yield squares with numbers, from (x, y) on; those beyond the shape `own` are drawn as copies."""
    for i, j in np.ndindex(len(rows), len(rows[0])):
        is_own = own is None or (i < own[0] and j < own[1])
        look = f'{OWN} stroke="{LINE}"' if is_own else COPY
        at = f'x="{(x + j) * CELL + 1:g}" y="{(y + i) * CELL + 1:g}"'
        yield f'<rect {at} width="{CELL - 2}" height="{CELL - 2}" rx="4" {look}/>'
        yield from text(x + j + 0.5, y + i + 0.5, str(rows[i][j]), 1 if is_own else 0.7)


def text(x: float, y: float, words: str, opacity: float = 1) -> Iterator[str]:
    """Yield words whose middle is at (x, y)."""
    at = f'x="{x * CELL:g}" y="{y * CELL + 4:g}"'
    yield f'<text {at} text-anchor="middle" fill="{INK}" opacity="{opacity}">{words}</text>'


def save(name: str, drawing: str) -> None:
    """Write a drawing into the file `name`, with the colour of the text around it."""
    drawing = re.sub(r"(<svg[^>]*>)", rf"\1{STYLE}", drawing, count=1).replace(INK, "currentColor")
    (FOLDER / name).write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "reference"))
    save("graph.svg", graph(product_and_sum(), "LR"))
    save("layer.svg", graph(layer(), "TB"))
    save("broadcast.svg", broadcasting())
