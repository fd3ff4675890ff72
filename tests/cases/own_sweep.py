"""A backward pass of the test's own, for problems that come before `backward()`.

The handout lets `a - b` and `a / b` be built from other operations. Then the rule of the last node reaches
nodes in between only. So the test goes through the graph by `_prev` and calls each node's `_backward()`.
"""

import numpy as np

from tests.cases.checks import Mismatch
from tests.cases.reading import in_type_of

MOST_NODES = 200  # one operation is made of a few


def pull_back(output, gradient):
    """Give `output` the upstream `gradient` and let each node below it pass its own on, consumers first."""
    order = _operations_below(output)

    output.grad = in_type_of(output, gradient) if isinstance(gradient, np.ndarray) else gradient
    for node in reversed(order):
        node._backward()


def _operations_below(output):
    """Return `output` and all results of operations below it, operands before results."""
    order, found, stack = [], {}, [(output, None)]
    while stack:
        node, operands = stack.pop()
        if operands is not None:
            order += [node] if operands else []
        elif id(node) not in found:
            found[id(node)] = node  # which keeps it alive, so that no other node gets its id
            operands = [operand for operand in node._prev if not isinstance(operand, int | float)]
            stack += [(node, operands), *((operand, None) for operand in operands)]
        if len(found) > MOST_NODES:
            raise Mismatch(
                "the graph has too many nodes", expected="a few nodes", actual=f"over {MOST_NODES}"
            )
    return order
