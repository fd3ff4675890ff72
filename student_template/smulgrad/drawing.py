"""The bonus on visualization: the graph behind a Value or a Tensor, as a drawing in Graphviz's language DOT.

Paste the text into any Graphviz viewer, or run `dot -Tsvg graph.dot > graph.svg`.
"""


def draw_graph(node):
    """Return DOT source in which every Value or Tensor below `node`, and `node` itself, is drawn once.

    A drawn node's label tells the operation (of a leaf: none), the data and the gradient. An edge leads from
    each operand to the result.
    """
    raise NotImplementedError(
        "draw_graph: return DOT source in which every Value or Tensor below `node`, and `node` itself, is "
        "drawn once"
    )
