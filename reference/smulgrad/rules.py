# solution
"""The derivative rules: how the gradient of a result becomes the gradients of its operands.

In a rule g is the gradient of the result z, and x and y are the operands, or other arguments in
their place: an exponent, a shape. Rules are written in arithmetic that floats, arrays, Values and Tensors
share. So one line gives numbers to `backward`, and nodes to `grad(..., create_graph=True)`.

A rule need not care that numpy broadcasts operands, or that a sum shrinks them: `Tensor` fits what the rule
returns to the operand's shape.
"""

import numpy as np

from smulgrad.arrays import unbroadcast


class Rules(dict):
    """A table of rules that says so when one is missing."""

    def __missing__(self, op):
        raise NotImplementedError(f"no derivative rule for {op!r}: add one to RULES")


RULES = Rules(
    {
        # name: (gradient of x, gradient of y)
        "+": (lambda g, z, x, y: g, lambda g, z, x, y: g),
        "-": (lambda g, z, x, y: g, lambda g, z, x, y: -g),
        "*": (lambda g, z, x, y: g * y, lambda g, z, x, y: g * x),
        "/": (lambda g, z, x, y: g / y, lambda g, z, x, y: -g * z / y),
        "neg": (lambda g, z, x, y: -g, None),
        "**": (lambda g, z, x, n: g * (n * x ** (n - 1)) if n else g * 0.0, None),
        "relu": (lambda g, z, x, y: g * (x > 0), None),
        "exp": (lambda g, z, x, y: g * z, None),
        "log": (lambda g, z, x, y: g / x, None),
        "tanh": (lambda g, z, x, y: g * (1.0 - z * z), None),
        # of Tensors only; `kept` is the shape of the result with the reduced axes kept as 1
        "sum": (lambda g, z, x, kept: g.reshape(kept), None),
        "max": (lambda g, z, x, kept: _to_the_largest(g.reshape(kept), z.reshape(kept) > x), None),
        "reshape": (lambda g, z, x, y: g.reshape(x.shape), None),
        "transpose": (lambda g, z, x, axes: g.transpose(_back(axes)), None),
        "broadcast": (lambda g, z, x, y: g, None),
        "@": (lambda g, z, x, y: _matmul_x(g, x, y), lambda g, z, x, y: _matmul_y(g, x, y)),
    }
)


def _back(axes):
    """Return the order that undoes the order `axes`."""
    return sorted(range(len(axes)), key=axes.__getitem__)


def _to_the_largest(g, is_smaller):
    """Return `g` where a number is not smaller than the maximum, in equal parts where there are several."""
    winners = 1 - is_smaller.astype(np.float32)  # counts exactly, and does not widen g
    return g / unbroadcast(winners, g.shape) * winners


def _matmul_x(g, x, y):
    """Return g @ y.T, the gradient of x in x @ y; a vector on either side is a matrix that lacks an axis."""
    if y.ndim == 1:
        return _as_columns(g) * y
    if x.ndim == 1:
        return (y @ _as_columns(g)).reshape(y.shape[:-1])
    return g @ y.swapaxes(-1, -2)


def _matmul_y(g, x, y):
    """Return x.T @ g, the gradient of y in x @ y, likewise."""
    if y.ndim == 1:
        return _as_columns(g) * x
    if x.ndim == 1:
        return _as_columns(x) * g.reshape((*g.shape[:-1], 1, g.shape[-1]))
    return x.swapaxes(-1, -2) @ g


def _as_columns(x):
    """Return `x` with an axis of length 1 at its end."""
    return x.reshape((*x.shape, 1))
