"""The operations in numpy, and their derivatives as numbers.

Derivatives are complex steps, exact to rounding: no rule of differentiation is written here. They take an
evaluation for each number of an operand, so they serve small arrays only. That is meant: a submission may be
a copy of this module, and gradients shall not come cheap by it.
"""

import numpy as np

STEP = 1e-30
MOST_NUMBERS = 160  # of an operand or a result whose derivatives are taken


class TooLarge(Exception):  # noqa: N818 - it says what is the matter
    """A graph is too large to be looked at."""


def _axes(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def _relu(x):
    return np.where(np.real(x) > 0, x, 0 * x)


def _maximum(x, axis=None, keepdims=False):  # noqa: FBT002 - as numpy's
    top = np.real(x).max(axis=_axes(axis), keepdims=True)
    wins = ~(np.real(x) < top)
    return (x * wins).sum(axis=_axes(axis), keepdims=keepdims) / wins.sum(axis=_axes(axis), keepdims=keepdims)


def _softmax(x, axis=-1):
    powers = np.exp(x - np.real(x).max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _cross_entropy(x, targets):
    shifted = x - np.real(x).max(axis=-1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=-1)) - (targets * shifted).sum(axis=-1)).mean()


def _tanh(x):
    clipped = np.where(np.abs(np.real(x)) > 300, np.sign(np.real(x)) * 300, x)
    return np.tanh(clipped)


def _conv2d(x, weight, bias, stride=1, padding=0):
    if padding:
        x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    height, width = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    return np.einsum("bchwij,ocij->bohw", windows, weight) + bias[:, None, None]


FORWARD = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "**": lambda x, y: x**y,
    "@": lambda x, y: x @ y,
    "neg": lambda x: -x,
    "relu": _relu,
    "exp": np.exp,
    "log": np.log,
    "tanh": _tanh,
    "sum": lambda x, axis=None, keepdims=False: x.sum(axis=_axes(axis), keepdims=keepdims),
    "mean": lambda x, axis=None, keepdims=False: x.mean(axis=_axes(axis), keepdims=keepdims),
    "max": _maximum,
    "reshape": lambda x, shape: x.reshape(shape),
    "transpose": np.transpose,
    "softmax": _softmax,
    "cross_entropy": _cross_entropy,
    "conv2d": _conv2d,
}


def compute(operation, arrays, settings):
    """Return the result of `operation` for `arrays`."""
    with np.errstate(all="ignore"):
        return np.asarray(FORWARD[operation](*arrays, **settings))


def derivatives(operation, arrays, settings, place):
    """Return the matrix of the derivatives of a result (rows) by the numbers of the operand `place`."""
    operand = arrays[place]
    if operand.size > MOST_NUMBERS:
        raise TooLarge
    columns = []
    for number in range(operand.size):
        nudged = operand.astype(complex)
        nudged.flat[number] += STEP * 1j
        changed = [*arrays[:place], nudged, *arrays[place + 1 :]]
        columns.append(np.imag(compute(operation, changed, settings)).ravel() / STEP)
    if columns and columns[0].size > 4 * MOST_NUMBERS:
        raise TooLarge
    return np.array(columns).T
