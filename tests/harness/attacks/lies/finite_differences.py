"""Finds the gradients of Tensors without going backward: a forward pass for each number, with a tiny step.

The step is imaginary, so that nothing is lost to rounding. What has few numbers is computed rightly and earns its
points; what tells it from autodiff is the time for many.

base: reference
honest: 86/3
classes: [TestTensorElementwise, TestTensorBroadcast, TestTensorSum, TestTensorMean, TestMatmul, TestBatchedMatmul,
  TestMatvec, TestMatrixChain, TestLinearLayer]
"""

import smulgrad.sweep as sweep
from honest import *
from smulgrad.engine import Tensor

import numpy as np

STEP = 1e-30
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
    "sum": lambda node, x, kept: x.sum(stretched(x, kept)).reshape(node.shape),
    "reshape": lambda node, x, y: x.reshape(node.shape),
    "transpose": lambda node, x, axes: x.transpose(axes),
    "@": lambda node, x, y: x @ y,
}


def stretched(x, kept):
    """Return the axes over which a sum goes."""
    return tuple(axis for axis, length in enumerate(kept) if length == 1 and x.shape[axis] != 1)


def forward(nodes, moved, index):
    """Return by how much the sum of the last node moves when one number of `moved` does."""
    values = {}
    for node in nodes:
        x, y = (values.get(id(operand), operand) for operand in (node._x, node._y))
        value = FORWARD[node._op](node, x, y) if node._op else node.data
        values[id(node)] = np.array(value, dtype=complex)
        if node is moved:
            values[id(node)][index] += STEP * 1j
    return values[id(nodes[-1])].imag.sum() / STEP


def backward(self):
    """Fill all gradients, a number at a time."""
    nodes = sweep._operands_first(self, object())
    for node in nodes:
        gradient = np.zeros_like(node.data)
        for index in np.ndindex(node.shape):
            gradient[index] = forward(nodes, node, index)
        node.grad = node.grad + gradient


Tensor.backward = backward
