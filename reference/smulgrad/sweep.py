# BEGIN SOLUTION
"""How a gradient travels. Nothing here knows whether nodes hold numbers or arrays.

1. Every operation makes a node: its result, its name, its operands x and y. A plain number or array among
   the operands is kept as it is, a constant, and gets no gradient.
2. RULES tells for each name how the gradient of a result becomes the gradients of its operands.
3. A sweep starts with 1 at the output and visits every node after all nodes that consumed it, so that a node
   passes on its gradient when it is complete.

To add an operation: one entry in RULES, and one method that computes the result under that name.
"""

from smulgrad.rules import RULES


def grad(output, inputs, create_graph=False):
    """Return the gradients of `output` in each of `inputs`, as a list, without touching any `.grad`.

    Of a Tensor output that is not a scalar, the sum is differentiated. The gradients are floats or arrays, to
    be read only; with `create_graph` they are nodes, which can be differentiated again:

        dy = grad(y, [x], create_graph=True)[0]
        d2y = grad(dy, [x])[0]
    """
    wanted = set(inputs)
    found = {node: g for node, g in sweep(output, create_graph) if node in wanted}
    return [found[x] if x in found else x._ones(create_graph) * 0.0 for x in inputs]


def sweep(output, create_graph=False):
    """Yield (node, gradient of `output` in that node) for every node, consumers before their operands.

    The gradient under way lives in a node's `_flow`, not in its `.grad`: what earlier sweeps left there does
    not enter this one, so `backward` may be called twice, and through shared nodes.
    """
    nothing = object()  # a new one each time: what an interrupted sweep left in `_flow` means nothing now
    order = _operands_first(output, nothing)
    output._flow = output._ones(create_graph)
    for node in reversed(order):
        g, node._flow = node._flow, None
        yield node, g
        if node._op:
            pass_on(node, g, nothing, create_graph)


def _operands_first(output, nothing):
    """Return `output` and all nodes below it, each after its operands, and with `nothing` as its `_flow`.

    The search is depth-first and keeps a stack of its own, because graphs grow deeper than Python's.
    """
    kind = output.__class__
    order, stack = [], [output]
    while stack:
        node = stack.pop()
        if node is None:  # the operands of the node below are all in `order`
            order.append(stack.pop())
        elif node._flow is not nothing:
            node._flow = nothing
            stack += (node, None)
            if node._x.__class__ is kind:
                stack.append(node._x)
            if node._y.__class__ is kind:
                stack.append(node._y)
    return order


def pass_on(node, g, nothing=None, create_graph=False):
    """Add to each operand's `_flow` its share of `g`, the gradient of `node`; constants get none.

    A `_flow` that is `nothing` is the first share's to be.
    """
    kind = node.__class__
    x_rule, y_rule = RULES[node._op]
    x, y = node._x, node._y
    a, b, z = x, y, node  # what the rules see: nodes, if what they return is to be differentiated again
    if not create_graph:
        a = x.data if x.__class__ is kind else x
        b = y.data if y.__class__ is kind else y
        z = node.data
    if x.__class__ is kind:
        share = x._fitted(x_rule(g, z, a, b), g)
        x._flow = share if x._flow is nothing else x._flow + share
    if y.__class__ is kind:
        share = y._fitted(y_rule(g, z, a, b), g)
        y._flow = share if y._flow is nothing else y._flow + share


# END SOLUTION
