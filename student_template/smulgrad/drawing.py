"""The bonus on visualization: the graph behind a Value or a Tensor, as a drawing by Graphviz.

`draw_graph` gives the source in Graphviz's language DOT, which any Graphviz viewer takes; `draw` makes a
picture of it where Graphviz is installed.
"""

from smulgrad import engine

MOST_NODES = 10_000
MOST_IN_A_PICTURE = 200  # of more, Graphviz takes minutes and nobody sees anything


def draw_graph(node: engine.Value | engine.Tensor, most: int = MOST_NODES) -> str:
    """Return DOT source in which every Value or Tensor below `node`, and `node` itself, is drawn once.

    A drawn node's label tells the operation (of a leaf: none), the data, the gradient, and of a Tensor the
    shape. An edge leads from each operand to the result. Of a graph of more than `most` nodes the ones
    nearest to `node` are drawn, and a note says so.
    """
    raise NotImplementedError(
        "draw_graph: return DOT source in which every Value or Tensor below `node`, and `node` itself, is "
        "drawn once"
    )


def draw(node: engine.Value | engine.Tensor, file: str = "graph.svg", most: int = MOST_IN_A_PICTURE) -> None:
    """Write a picture of the graph below `node` to `file`, in the format of its suffix: .svg, .png or .pdf.

    Raises FileNotFoundError where Graphviz is not installed, with the way to install it.
    """
    raise NotImplementedError(
        "draw: write a picture of the graph below `node` to `file`, in the format of its suffix: .svg, .png "
        "or .pdf"
    )
