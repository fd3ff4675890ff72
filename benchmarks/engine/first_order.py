"""An engine like the reference that knows first derivatives only: it measures the cost of generality.

Rules are closed over arrays, may use results of the forward pass, and add to gradients in place.
"""

import numpy as np


class Node:
    """An array, and how to pass its gradient on to the nodes it was made of."""

    __slots__ = ("data", "grad", "operands", "rule")
    __array_ufunc__ = None

    def __init__(self, data, operands=(), rule=None):
        """Hold `data`; `rule` takes this node's gradient."""
        self.data, self.operands, self.rule, self.grad = data, operands, rule, None

    def __add__(self, bias):
        """Return self + bias, a row for each of self."""

        def rule(g):
            self.receive(g)
            bias.receive(g.sum(axis=0))

        return Node(self.data + bias.data, (self, bias), rule)

    def __matmul__(self, other):
        """Return self @ other, of two nodes."""

        def rule(g):
            self.receive(g @ other.data.T)
            other.receive(self.data.T @ g)

        return Node(self.data @ other.data, (self, other), rule)

    def __rmatmul__(self, array):
        """Return array @ self, of an array that needs no gradient."""
        return Node(array @ self.data, (self,), lambda g: self.receive(array.T @ g))

    def relu(self):
        """Return max(0, self)."""
        return Node(np.maximum(self.data, 0), (self,), lambda g: self.receive(g * (self.data > 0)))

    def receive(self, share):
        """Add a share of the gradient."""
        if self.grad is None:
            self.grad = share
        else:
            self.grad += share

    def backward(self):
        """Fill the gradients of all nodes below."""
        self.grad = np.ones_like(self.data)
        for node in reversed(operands_first(self)):
            if node.rule:
                node.rule(node.grad)


def operands_first(output):
    """Return all nodes below `output`, and itself, each after its operands."""
    order, seen, stack = [], set(), [output]
    while stack:
        node = stack.pop()
        if node is None:
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack += (node, None, *node.operands)
    return order


def cross_entropy(logits, targets):
    """Return the mean cross-entropy of `logits` and one-hot `targets`."""
    shifted = logits.data - logits.data.max(axis=-1, keepdims=True)
    exps = np.exp(shifted)
    totals = exps.sum(axis=-1, keepdims=True)
    loss = np.asarray((np.log(totals).sum() - (shifted * targets).sum()) / len(targets))
    exps /= totals
    return Node(loss, (logits,), lambda g: logits.receive((exps - targets) * (g / len(targets))))
