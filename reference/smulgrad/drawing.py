"""The bonus on visualization: the graph behind a Value or a Tensor, as a drawing in Graphviz's language DOT.

Paste the text into any Graphviz viewer, or run `dot -Tsvg graph.dot > graph.svg`.
"""

# BEGIN SOLUTION
import numpy as np

from smulgrad.engine import Tensor, Value

SHOWN_NUMBERS = 9  # of an array; of a larger one the shape is shown

# END SOLUTION


def draw_graph(node):
    """Return DOT source in which every Value or Tensor below `node`, and `node` itself, is drawn once.

    A drawn node's label tells the operation (of a leaf: none), the data and the gradient. An edge leads from
    each operand to the result.
    """
    # BEGIN SOLUTION
    if not isinstance(node, Value | Tensor):
        raise TypeError(f"draw_graph: draws a Value or a Tensor, got {type(node).__name__}")
    lines = ["digraph {", "  rankdir=LR", "  node [shape=box, style=rounded]"]
    names, stack = {node: "n0"}, [node]
    while stack:  # no recursion: a graph may be deeper than Python's stack
        result = stack.pop()
        lines.append(f'  {names[result]} [label="{_label(result)}"]')
        for operand in _operands(result):
            if operand not in names:
                names[operand] = f"n{len(names)}"
                stack.append(operand)
            lines.append(f"  {names[operand]} -> {names[result]}")
    return "\n".join([*lines, "}", ""])
    # END SOLUTION


# BEGIN SOLUTION
def _operands(node):
    """Return the nodes that `node` was made of, in the order of the operation, x twice in x * x."""
    return [operand for operand in (node._x, node._y) if operand.__class__ is node.__class__]


def _label(node):
    """Return what is written into a drawn node, fit to stand between quotes."""
    lines = [node._op, f"data {_shown(node.data)}", f"grad {_shown(node.grad)}"]
    return "\\n".join(_escaped(line) for line in "\n".join(filter(None, lines)).split("\n"))


def _shown(data):
    """Return a number as text, and an array as far as it is small."""
    if np.ndim(data) == 0:
        return f"{data:.4g}"
    if np.size(data) > SHOWN_NUMBERS:
        return f"of shape {np.shape(data)}"
    return np.array2string(data, formatter={"float": "{:.4g}".format})


def _escaped(text):
    """Return one line of text without anything that ends a DOT string or means more than itself there."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return printable.replace("\\", "\\\\").replace('"', '\\"')


# END SOLUTION
