"""The bonus on visualization: the graph behind a Value or a Tensor, as a drawing by Graphviz.

`draw_graph` gives the source in Graphviz's language DOT, which any Graphviz viewer takes; `draw` makes a
picture of it where Graphviz is installed.
"""

import shutil
import subprocess
from pathlib import Path

import numpy as np  # solution

from smulgrad import engine

MOST_NODES = 10_000
MOST_IN_A_PICTURE = 200  # of more, Graphviz takes minutes and nobody sees anything
SHOWN_NUMBERS = 9  # of an array; of a larger one the range is shown
HOW_TO_INSTALL = (
    "draw: Graphviz is not installed, there is no program `dot`. Install it (Debian, Ubuntu: apt install "
    "graphviz; macOS: brew install graphviz; Windows: winget install Graphviz.Graphviz), or paste what "
    "draw_graph returns into a Graphviz viewer"
)


def draw_graph(node: engine.Value | engine.Tensor, most: int = MOST_NODES) -> str:
    """Return DOT source in which every Value or Tensor below `node`, and `node` itself, is drawn once.

    A drawn node's label tells the operation (of a leaf: none), the data, the gradient, and of a Tensor the
    shape. An edge leads from each operand to the result. Of a graph of more than `most` nodes the ones
    nearest to `node` are drawn, and a note says so.
    """
    if not isinstance(node, engine.Value | engine.Tensor):
        raise TypeError(f"draw_graph: draws a Value or a Tensor, got {type(node).__name__}")
    names = _named(node, most)
    lines = ["digraph {", "  rankdir=LR", "  node [shape=box, style=rounded]"]
    edges = [
        (names.get(operand, "rest"), name) for result, name in names.items() for operand in _operands(result)
    ]
    lines += [f'  {name} [label="{_label(result)}"]' for result, name in names.items()]
    if any(tail == "rest" for tail, _ in edges):
        lines.append(
            f'  rest [label="cut here: only the {len(names)} nearest nodes are drawn", style=dashed]'
        )
    lines += [f"  {tail} -> {head}" for tail, head in edges]
    return "\n".join([*lines, "}", ""])


def draw(node: engine.Value | engine.Tensor, file: str = "graph.svg", most: int = MOST_IN_A_PICTURE) -> None:
    """Write a picture of the graph below `node` to `file`, in the format of its suffix: .svg, .png or .pdf.

    Raises FileNotFoundError where Graphviz is not installed, with the way to install it.
    """
    dot = shutil.which("dot")
    if dot is None:
        raise FileNotFoundError(HOW_TO_INSTALL)
    kind = Path(file).suffix.removeprefix(".")
    subprocess.run([dot, f"-T{kind}", "-o", file], input=draw_graph(node, most).encode(), check=True)  # noqa: S603


def _named(node, most):
    """Return a name for `node` and for each one below it, the `most` nearest ones, nearest first."""
    names, found = {node: "n0"}, [node]
    for result in found:  # which grows meanwhile
        for operand in _operands(result):
            if operand not in names and len(found) < most:
                names[operand] = f"n{len(found)}"
                found.append(operand)
    return names


def _operands(node):
    """Return the nodes that `node` was made of, in the order of the operation, x twice in x * x."""
    return [operand for operand in (node._x, node._y) if operand.__class__ is node.__class__]


def _label(node):
    """Return the text of a drawn node, fit to stand between quotes."""
    shape = f"shape {node.shape}" if isinstance(node, engine.Tensor) else ""
    lines = [node._op, shape, f"data {_shown(node.data)}", f"grad {_shown(node.grad)}"]
    return "\\n".join(_escaped(line) for line in "\n".join(filter(None, lines)).split("\n"))


def _shown(data):
    """Return a number as text, and an array as far as it is small."""
    if np.ndim(data) == 0:
        return f"{data:.4g}"
    if np.size(data) > SHOWN_NUMBERS:
        return f"from {np.min(data):.4g} to {np.max(data):.4g}"
    return np.array2string(data, formatter={"float": "{:.4g}".format})


def _escaped(text):
    """Return one line of text without anything that ends a DOT string or means more than itself there."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return printable.replace("\\", "\\\\").replace('"', '\\"')
