# solution
"""How a gradient travels. Nothing here knows whether nodes hold numbers or arrays.

1. Every operation makes a node: its result, its name, its operands x and y. A plain number or array among
   the operands is kept as it is, a constant, and gets no gradient.
2. RULES tells for each name how the gradient of a result becomes the gradients of its operands.
3. A sweep starts with 1 at the output and visits every node after all nodes that consumed it, so that a node
   passes on its gradient when it is complete.

To add an operation: one entry in RULES, and one method that computes the result under that name.
"""

import operator

from smulgrad.rules import RULES


class Node:
    """A result that remembers the operation and the operands it was computed from.

    Attributes: `data` (the result), `_op` (the operation's name in RULES, "" for a leaf), `_x` and `_y` (the
    operands; a second one may also be an exponent, a shape, or None).

    A subclass adds `grad` and three methods: `_binary` computes an operator of two operands, `_ones_like`
    returns the gradient of an output in itself, and `_fit` brings a gradient into the data's shape and type.
    """

    __slots__ = ("_op", "_x", "_y", "data")
    _fit = None  # where nothing needs to be fitted

    @property
    def _prev(self):
        return {operand for operand in (self._x, self._y) if isinstance(operand, type(self))}

    def _backward(self):
        """Add to the `.grad` of each operand its share of this node's own `.grad`."""
        shares = propagate(self, self.grad, [self] if self._op else [], lambda *_: None)
        for operand in self._prev:
            operand.grad = operand.grad + shares[operand]

    def __gt__(self, other):  # self > other, of the data
        return self.data > data_of(other)

    # If a plain number or an array is on the left, Python asks the node on the right.

    def __radd__(self, other):  # other + self
        return self._binary("+", operator.add, other, self)

    def __rmul__(self, other):  # other * self
        return self._binary("*", operator.mul, other, self)

    def __rsub__(self, other):  # other - self
        return self._binary("-", operator.sub, other, self)

    def __rtruediv__(self, other):  # other / self
        return self._binary("/", operator.truediv, other, self)

    def __rmatmul__(self, other):  # other @ self
        return self._binary("@", operator.matmul, other, self)


def data_of(x):
    """Return the data of a node; a constant is its own."""
    return x.data if isinstance(x, Node) else x


def grad(output, inputs, create_graph=False):
    """Return the gradients of `output` in each of `inputs`, as a list, without touching any `.grad`.

    Of a Tensor output that is not a scalar, the sum is differentiated. The gradients are floats or arrays, to
    be read only; with `create_graph` they are nodes, which can be differentiated again:

        dy = grad(y, [x], create_graph=True)[0]
        d2y = grad(dy, [x])[0]

    An operation without a rule raises NotImplementedError. (Handout, problem grad_of_grad.)
    """
    wanted, found = set(inputs), {}

    def keep(node, g):
        if node in wanted:
            found[node] = g

    sweep(output, keep, create_graph)
    return [found[x] if x in found else _ones_like(x, create_graph) * 0.0 for x in inputs]


def sweep(output, receive, create_graph=False):
    """Call `receive(node, gradient)` for `output` and each node below it, once its gradient is complete."""
    g, nodes = _ones_like(output, create_graph), reversed(topological_order(output))
    for leaf, g_leaf in propagate(output, g, nodes, receive, create_graph).items():
        receive(leaf, g_leaf)


def _ones_like(node, create_graph):
    ones = node._ones_like()
    return type(node)(ones) if create_graph else ones


def topological_order(output):
    """Return `output` and the nodes below it, each after its operands, without leaves: they pass on nothing.

    The search is depth-first and keeps a stack of its own, because graphs grow deeper than Python's.
    """
    kind = output.__class__
    order, seen, stack = [], set(), [output] if output._op else []
    while stack:
        node = stack.pop()
        if node is None:  # the operands of the node below are all in `order`
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack.append(node)
            stack.append(None)
            x, y = node._x, node._y
            if y.__class__ is kind and y._op:
                stack.append(y)
            if x.__class__ is kind and x._op:
                stack.append(x)
    return order


def propagate(output, g, nodes, receive, create_graph=False):
    """Pass `g`, the gradient of `output`, on through `nodes`, each before its operands; `receive` theirs.

    Returns the gradients of the nodes that remain, by node. Gradients on their way are in `grads`, not in
    `.grad`, so one sweep neither sees nor disturbs another, even if an error interrupts it.
    """
    kind, fit = output.__class__, output.__class__._fit
    grads = {output: g}
    for node in nodes:
        g = grads.pop(node)
        receive(node, g)
        x_rule, y_rule = RULES[node._op]
        x, y = node._x, node._y
        x_is_node, y_is_node = x.__class__ is kind, y.__class__ is kind
        if create_graph:  # the rules see nodes, because their results are to be differentiated again
            a, b, z = x, y, node
        else:
            a, b, z = x.data if x_is_node else x, y.data if y_is_node else y, node.data
        if x_is_node:
            share = x_rule(g, z, a, b)
            share = fit(x, share, g) if fit else share
            grads[x] = grads[x] + share if x in grads else share
        if y_is_node:
            share = y_rule(g, z, a, b)
            share = fit(y, share, g) if fit else share
            grads[y] = grads[y] + share if y in grads else share
    return grads
