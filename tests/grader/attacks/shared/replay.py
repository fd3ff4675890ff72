"""Replays the forward pass of a recorded graph with one number moved: all that numeric differentiation needs."""

import math

from smulgrad.conv import _im2col
from smulgrad.node import topological_order

import numpy as np

FORWARD = {
    "+": lambda node, x, y: x + y,
    "-": lambda node, x, y: x - y,
    "*": lambda node, x, y: x * y,
    "/": lambda node, x, y: x / y,
    "neg": lambda node, x, y: -x,
    "**": lambda node, x, y: x**y,
    "relu": lambda node, x, y: x * (x.real > 0),
    "exp": lambda node, x, y: np.exp(x),
    "log": lambda node, x, y: np.log(x),
    "tanh": lambda node, x, y: np.tanh(x),
    "sum": lambda node, x, kept: x.sum(stretched(x, kept)).reshape(node.data.shape),
    "max": lambda node, x, kept: maximum(x, stretched(x, kept)).reshape(node.data.shape),
    "reshape": lambda node, x, y: x.reshape(node.data.shape),
    "transpose": lambda node, x, axes: x.transpose(axes),
    "@": lambda node, x, y: x @ y,
    "im2col": lambda node, x, slide: _im2col(x, slide),
    "cross_entropy": lambda node, x, known: cross_entropy(x, known[0]),
}


def cross_entropy(logits, targets):
    """Return the mean cross-entropy of logits and one-hot targets."""
    shifted = logits - logits.real.max(-1, keepdims=True)
    scores = np.log(np.exp(shifted).sum(-1)) - (shifted * targets).sum(-1)
    return scores.sum() / len(logits)


def stretched(x, kept):
    """Return the axes that a reduction removes."""
    return tuple(axis for axis, length in enumerate(kept) if length == 1 and x.shape[axis] != 1)


def maximum(x, axes):
    """Return the mean of the largest numbers along `axes`, so that ties share."""
    largest = x.real == x.real.max(axes, keepdims=True) if axes else np.ones(x.shape)
    return (x * largest).sum(axes) / largest.sum(axes) if axes else x


def moved_sum(nodes, moved, index, step):
    """Return the sum of the last node when one number of the node `moved` moves by `step`."""
    values = {}
    for node in nodes:
        x, y = (values.get(id(operand), operand) for operand in (node._x, node._y))
        value = FORWARD[node._op](node, x, y) if node._op else node.data
        values[id(node)] = np.array(value, dtype=np.result_type(type(step), float))
        if node is moved:
            values[id(node)][index] += step
    return values[id(nodes[-1])].sum()


def differentiate(engine, slope):
    """Make `backward` of both classes of `engine` fill each gradient by `slope(nodes, node, index)`."""

    def backward(self):
        results = topological_order(self)
        leaves = {operand for node in results for operand in node._prev if not operand._op}
        nodes = [*leaves, *results] or [self]
        for node in nodes:
            gradient = np.zeros(np.shape(node.data))
            for index in np.ndindex(gradient.shape):
                gradient[index] = slope(nodes, node, index)
            node.grad = node.grad + (gradient if gradient.shape or type(node.data) is not float else float(gradient))

    engine.Value.backward = engine.Tensor.backward = backward
