# solution
"""Arrays for Tensors: broadcasting and its opposite, constants, and errors that name the operation."""

import numpy as np

ARRAY = np.ndarray | np.generic  # numpy returns the latter where no axis is left


def broadcast(x, shape):
    """Return the array or Tensor `x`, repeated to `shape` as numpy does."""
    if x.shape == shape:
        return x
    if isinstance(x, ARRAY):
        return np.broadcast_to(x, shape)
    return x.from_op(np.broadcast_to(x.data, shape), "broadcast", x)


def unbroadcast(g, shape):
    """Return the array or Tensor `g`, summed over the axes along which numpy broadcast an operand of `shape`.

    A row of shape (1, 3) that was added to a column of shape (2, 1) met each of its numbers twice, so its
    gradient of shape (2, 3) is summed over axis 0.
    """
    if added := g.ndim - len(shape):
        g = g.sum(axis=tuple(range(added)))
    if g.shape == shape:
        return g
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1 != g.shape[axis])
    return g.sum(axis=stretched, keepdims=True) if stretched else g


def constant(x):
    """Return `x` as an operand beside a Tensor: a number as Python's own, which leaves the dtype alone."""
    if isinstance(x, np.generic):
        return x.item()
    return x if isinstance(x, np.ndarray | int | float) else np.asarray(x, dtype=np.float64)


def reduce(op, function, x, axis, keepdims):
    """Return `function` (np.add, np.maximum) over `axis` of the array `x`, and its shape with all axes kept.

    Raises ValueError if `x` has no such axis, or no number that could be the largest.
    """
    try:
        kept = function.reduce(x, axis, keepdims=True)
    except ValueError as misfit:
        raise ValueError(f"{op}: axis {axis} does not fit the shape {x.shape}: {misfit}") from misfit
    return kept if keepdims else kept.squeeze(tuple(range(x.ndim)) if axis is None else axis), kept.shape


def reshape(x, shape):
    """Return the array `x` in another shape: (2, 3) or ((2, 3),). Raises ValueError if it does not fit."""
    try:
        return x.reshape(*shape)
    except ValueError as misfit:
        raise ValueError(f"reshape: {x.shape} does not fit into {shape}") from misfit


def transpose(x, axes):
    """Return the array `x` with its axes in the order `axes`. Raises ValueError if they are not its own."""
    try:
        return x.transpose(axes)
    except ValueError as misfit:
        raise ValueError(f"transpose: axes {axes} do not fit the shape {x.shape}") from misfit


def power(x, exponent):
    """Return the array `x` ** `exponent`.

    Raises ZeroDivisionError for 0 to a negative power, and ValueError for a root of a negative number.
    """
    if exponent < 0 and not x.all():
        raise ZeroDivisionError(f"**: 0 to the negative power {exponent!r}, in a Tensor of shape {x.shape}")
    if exponent % 1 and (x < 0).any():
        raise ValueError(f"**: {x.min()} to the power {exponent!r} is not a real number, in shape {x.shape}")
    return x**exponent


def log(x):
    """Return the natural logarithm of the array `x`. Raises ValueError if a number is not positive."""
    if not (x > 0).all():
        raise ValueError(f"log: defined for positive numbers only, got {x.min()} in shape {x.shape}")
    return np.log(x)


def check_gradient(gradient, shape):
    """Raise ValueError if `gradient` does not have the `shape` of the data."""
    if np.shape(gradient) != shape:
        raise ValueError(f"grad: its shape {np.shape(gradient)} is not the shape {shape} of the data")
