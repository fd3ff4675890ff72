"""Draws the handout's figures, docs/handout/*.svg: `uv run python scripts/figures.py`.

The graphs are drawn by the reference's bonus on graph drawing; Graphviz's `dot` lays them out.
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
LINE, FILL, INK = "#3465a4", "#eef3fa", "#2e3436"
LOOK = f"""digraph {{
  graph [bgcolor="white", nodesep=0.25, ranksep=0.3, pad=0.1]
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
    return re.sub(r"<!--.*?-->\n?", "", drawn.stdout, flags=re.DOTALL)  # which name the version


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
    return "\n".join([opening, '<rect width="100%" height="100%" fill="white"/>', *drawn, "</svg>\n"])


def grid(
    x: float, y: float, rows: Sequence[Sequence[int]], own: tuple[int, int] | None = None
) -> Iterator[str]:
    """Yield squares with numbers, from (x, y) on; those beyond the shape `own` are drawn as copies."""
    for i, j in np.ndindex(len(rows), len(rows[0])):
        is_own = own is None or (i < own[0] and j < own[1])
        look = (
            f'fill="{FILL}" stroke="{LINE}"'
            if is_own
            else 'fill="white" stroke="#babdb6" stroke-dasharray="3"'
        )
        at = f'x="{(x + j) * CELL + 1:g}" y="{(y + i) * CELL + 1:g}"'
        yield f'<rect {at} width="{CELL - 2}" height="{CELL - 2}" rx="4" {look}/>'
        yield from text(x + j + 0.5, y + i + 0.5, str(rows[i][j]), INK if is_own else "#888a85")


def text(x: float, y: float, words: str, colour: str = INK) -> Iterator[str]:
    """Yield words whose middle is at (x, y)."""
    at = f'x="{x * CELL:g}" y="{y * CELL + 4:g}"'
    yield f'<text {at} text-anchor="middle" fill="{colour}">{words}</text>'


def save(name: str, drawing: str) -> None:
    """Write a drawing into the file `name`."""
    (FOLDER / name).write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "reference"))
    save("graph.svg", graph(product_and_sum(), "LR"))
    save("layer.svg", graph(layer(), "TB"))
    save("broadcast.svg", broadcasting())
