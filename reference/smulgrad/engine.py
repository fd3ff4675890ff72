"""Reverse-mode automatic differentiation: `Value` for numbers, `Tensor` for numpy arrays.

An operation computes its result and keeps what it was computed from. How gradients come out of that:
sweep.py; how each operation's derivative is: rules.py.
"""

import math  # solution
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from smulgrad.rules import unstretched  # solution
from smulgrad.sweep import pass_on, sweep  # solution


class Value:
    """A number that remembers how it was computed.

    Attributes: `data` (a float), `grad` (a float, 0.0 before any backward), `_prev` (the Values it was
    computed from) and `_op` (the name of the operation, "" for a leaf).

        a = Value(2.0)
        b = a * 3 + a**2
        b.backward()
        a.grad  # 7.0
    """

    # BEGIN SOLUTION
    __slots__ = ("_flow", "_op", "_x", "_y", "data", "grad")
    # END SOLUTION

    def __init__(self, data: float) -> None:
        """Store `data` as a float, with gradient 0.0 and no history."""
        # BEGIN SOLUTION
        self.data = float(data)
        self.grad = 0.0
        self._op = ""
        self._x = self._y = self._flow = None
        # END SOLUTION

    def __repr__(self):  # solution
        return f"Value(data={self.data:g}, grad={self.grad:g})"  # solution

    def __add__(self, other: Self | float) -> Self:
        """Return self + other as a Value; `other` is a Value or a plain number."""
        # BEGIN SOLUTION
        return _value(self.data + (other.data if other.__class__ is Value else other), "+", self, other)
        # END SOLUTION

    def __mul__(self, other: Self | float) -> Self:
        """Return self * other as a Value; `other` is a Value or a plain number."""
        # BEGIN SOLUTION
        return _value(self.data * (other.data if other.__class__ is Value else other), "*", self, other)
        # END SOLUTION

    def __neg__(self) -> Self:
        """Return -self as a Value."""
        return _value(-self.data, "neg", self)  # solution

    def __sub__(self, other: Self | float) -> Self:
        """Return self - other as a Value; `other` is a Value or a plain number."""
        # BEGIN SOLUTION
        return _value(self.data - (other.data if other.__class__ is Value else other), "-", self, other)
        # END SOLUTION

    def __pow__(self, exponent: float) -> Self:
        """Return self ** exponent as a Value; `exponent` is an int or a float, never a Value."""
        # BEGIN SOLUTION
        if exponent.__class__ is Value:
            raise TypeError(f"**: the exponent must be a plain number, got {exponent!r}")
        if self.data == 0 and exponent < 0:
            raise ZeroDivisionError(f"**: 0 to the negative power {exponent!r}")
        if self.data < 0 and exponent % 1:
            raise ValueError(f"**: {self.data!r} to the power {exponent!r} is not a real number")
        return _value(self.data**exponent, "**", self, exponent)
        # END SOLUTION

    def __truediv__(self, other: Self | float) -> Self:
        """Return self / other as a Value; `other` is a Value or a plain number."""
        return _quotient(self, other)  # solution

    def relu(self) -> Self:
        """Return max(0, self) as a Value; its slope at exactly 0 is 0."""
        return _value(self.data if self.data > 0 else 0.0, "relu", self)  # solution

    def exp(self) -> Self:
        """Return e ** self as a Value."""
        # BEGIN SOLUTION
        try:
            return _value(math.exp(self.data), "exp", self)
        except OverflowError:
            raise OverflowError(f"exp: e to the power {self.data!r} is too large for a float") from None
        # END SOLUTION

    def log(self) -> Self:
        """Return the natural logarithm of self as a Value."""
        # BEGIN SOLUTION
        if self.data <= 0:
            raise ValueError(f"log: defined for positive numbers only, got {self.data!r}")
        return _value(math.log(self.data), "log", self)
        # END SOLUTION

    def tanh(self) -> Self:
        """Return the hyperbolic tangent of self as a Value."""
        return _value(math.tanh(self.data), "tanh", self)  # solution

    def backward(self) -> None:
        """Add the derivative of self in each node below it, and in itself, to that node's `.grad`."""
        # BEGIN SOLUTION
        for node, g in sweep(self):
            node.grad += g
        # END SOLUTION

    # BEGIN SOLUTION
    def __gt__(self, other):  # self > other, of the data
        return self.data > _data(other)

    def _ones(self, as_node):
        return Value(1.0) if as_node else 1.0

    def _fitted(self, share, g):  # noqa: ARG002 - asked as a Tensor is
        return share

    def _backward(self):
        """Add this node's own share, from its present `.grad`, to its operands' `.grad`."""
        _backward_from_grad(self)

    @property
    def _prev(self):
        return {operand for operand in (self._x, self._y) if operand.__class__ is Value}

    def __radd__(self, other):  # other + self
        return _value(other + self.data, "+", other, self)

    def __rmul__(self, other):  # other * self
        return _value(other * self.data, "*", other, self)

    def __rsub__(self, other):  # other - self
        return _value(other - self.data, "-", other, self)

    def __rtruediv__(self, other):  # other / self
        return _quotient(other, self)

    # END SOLUTION


# BEGIN SOLUTION
def _value(data, op, x, y=None):
    """Return the Value `data` that the operation `op` made of `x` and `y`; faster than calling the class."""
    out = object.__new__(Value)
    out.data = data
    out.grad = 0.0
    out._op, out._x, out._y = op, x, y
    out._flow = None
    return out


def _quotient(x, y):
    over, under = _data(x), _data(y)
    if under == 0:
        raise ZeroDivisionError(f"/: {over!r} divided by 0")
    return _value(over / under, "/", x, y)


# END SOLUTION


class Tensor:
    """A numpy array that remembers how it was computed; the array counterpart of Value.

    Attributes: `data` (an ndarray: float32 and float16 stay what they are, anything else becomes float64),
    `grad` (an ndarray of data's shape, zeros before any backward), `_prev` and `_op` as in Value.
    Operators broadcast as numpy does; the other operand may be a Tensor, an array or a number.

        x = Tensor([[1.0, 2.0], [3.0, 4.0]])
        loss = (x * x).sum()
        loss.backward()
        x.grad  # [[2, 4], [6, 8]]
    """

    # BEGIN SOLUTION
    __slots__ = ("_flow", "_grad", "_op", "_x", "_y", "data")
    __array_ufunc__ = None  # array * tensor asks the tensor, not numpy
    # END SOLUTION

    def __init__(self, data: ArrayLike) -> None:
        """Store `data` (array, nested list or number) as a float array, with gradient 0 and no history."""
        # BEGIN SOLUTION
        array = np.asarray(data)
        self.data = array if array.dtype.kind == "f" else array.astype(np.float64)
        self._op = ""
        self._x = self._y = self._flow = self._grad = None
        # END SOLUTION

    def __repr__(self):  # solution
        return f"Tensor({np.array2string(self.data, prefix='Tensor(')}, shape={self.shape})"  # solution

    # BEGIN SOLUTION
    @staticmethod
    def made(data, op, x, y=None):
        """Return the Tensor `data` that the operation `op` made of `x` and `y`; faster than the class."""
        out = object.__new__(Tensor)
        out.data = data if data.__class__ is np.ndarray else np.asarray(data)
        out._op, out._x, out._y = op, x, y
        out._flow = out._grad = None
        return out

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `data`."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """The number of axes of `data`."""
        return self.data.ndim

    @property
    def grad(self) -> np.ndarray:
        """The gradient gathered so far, an array of data's shape; set it to None to start from zero."""
        if self._grad is None:
            self._grad = np.zeros_like(self.data)
        elif self._op:  # a sweep may leave one array in several results; what is given out is this one's own
            self._grad = self._grad.copy()
        return self._grad

    @grad.setter
    def grad(self, gradient: np.ndarray | None) -> None:
        if gradient is not None and np.shape(gradient) != self.shape:
            raise ValueError(
                f"grad: its shape {np.shape(gradient)} is not the shape {self.shape} of the data"
            )
        self._grad = gradient

    # END SOLUTION

    def __add__(self, other: Self | ArrayLike) -> Self:
        """Return self + other, element by element, broadcast as numpy does."""
        return _elementwise("+", np.add, self, other)  # solution

    def __mul__(self, other: Self | ArrayLike) -> Self:
        """Return self * other, element by element, broadcast as numpy does."""
        return _elementwise("*", np.multiply, self, other)  # solution

    def __neg__(self) -> Self:
        """Return -self, element by element."""
        return _tensor(-self.data, "neg", self)  # solution

    def __sub__(self, other: Self | ArrayLike) -> Self:
        """Return self - other, element by element, broadcast as numpy does."""
        return _elementwise("-", np.subtract, self, other)  # solution

    def __truediv__(self, other: Self | ArrayLike) -> Self:
        """Return self / other, element by element, broadcast as numpy does."""
        return _elementwise("/", np.divide, self, other)  # solution

    def __pow__(self, exponent: float) -> Self:
        """Return self ** exponent, element by element; `exponent` is an int or a float."""
        # BEGIN SOLUTION
        if isinstance(exponent, Tensor | np.ndarray):
            raise TypeError(f"**: the exponent must be a plain number, got {type(exponent).__name__}")
        if exponent < 0 and not self.data.all():
            raise ZeroDivisionError(
                f"**: 0 to the negative power {exponent!r}, in a Tensor of shape {self.shape}"
            )
        if exponent % 1 and (self.data < 0).any():
            raise ValueError(
                f"**: {self.data.min()} to the power {exponent!r} is not a real number, in shape {self.shape}"
            )
        return _tensor(self.data**exponent, "**", self, exponent)
        # END SOLUTION

    def __matmul__(self, other: Self | ArrayLike) -> Self:
        """Return the matrix product self @ other, as numpy does: of vectors, matrices or batches of them."""
        return _matmul(self, other)  # solution

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Self:
        """Return the sum over `axis`: an int, a tuple of ints, or None for all axes."""
        return _reduce("sum", np.add, self, axis, keepdims)  # solution

    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Self:
        """Return the mean over `axis`: an int, a tuple of ints, or None for all axes."""
        # BEGIN SOLUTION
        total = self.sum(axis, keepdims)
        return total / (self.data.size // max(total.data.size, 1))
        # END SOLUTION

    def max(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Self:
        """Return the maximum over `axis`; equal maxima share the gradient equally."""
        return _reduce("max", np.maximum, self, axis, keepdims)  # solution

    def reshape(self, *shape: int | tuple[int, ...]) -> Self:
        """Return the numbers in another shape: `reshape((2, 3))` or `reshape(2, 3)`; one length may be -1."""
        # BEGIN SOLUTION
        try:
            return _tensor(self.data.reshape(*shape), "reshape", self)
        except ValueError as mismatch:
            raise ValueError(f"reshape: {self.shape} does not fit into {shape}") from mismatch
        # END SOLUTION

    def transpose(self, axes: Sequence[int] | None = None) -> Self:
        """Return the Tensor with its axes in the order `axes`, by default reversed."""
        # BEGIN SOLUTION
        axes = range(self.ndim)[::-1] if axes is None else axes
        try:
            return _tensor(self.data.transpose(axes), "transpose", self, axes)
        except ValueError as misfit:
            raise ValueError(f"transpose: axes {axes} do not fit the shape {self.shape}") from misfit
        # END SOLUTION

    @property
    def T(self) -> Self:  # noqa: N802 - numpy's name
        """The transpose."""
        return self.transpose()  # solution

    # BEGIN SOLUTION
    def swapaxes(self, first: int, second: int) -> Self:
        """Return the Tensor with two axes exchanged."""
        axes = list(range(self.ndim))
        axes[first], axes[second] = axes[second], axes[first]
        return self.transpose(axes)

    # END SOLUTION

    def relu(self) -> Self:
        """Return max(0, self), element by element; the slope at exactly 0 is 0."""
        return _tensor(np.maximum(self.data, 0), "relu", self)  # solution

    def exp(self) -> Self:
        """Return e ** self, element by element."""
        return _tensor(np.exp(self.data), "exp", self)  # solution

    def log(self) -> Self:
        """Return the natural logarithm, element by element."""
        # BEGIN SOLUTION
        if not (self.data > 0).all():
            raise ValueError(
                f"log: defined for positive numbers only, got {self.data.min()} in shape {self.shape}"
            )
        return _tensor(np.log(self.data), "log", self)
        # END SOLUTION

    def tanh(self) -> Self:
        """Return the hyperbolic tangent, element by element."""
        return _tensor(np.tanh(self.data), "tanh", self)  # solution

    def backward(self) -> None:
        """Add the gradient of self (of its sum, if not a scalar) to the `.grad` of each Tensor below it."""
        # BEGIN SOLUTION
        for node, g in sweep(self):
            node._grad = np.asarray(g) if node._grad is None else node._grad + g
        # END SOLUTION

    # BEGIN SOLUTION
    def __gt__(self, other):  # self > other, of the data: an array of booleans
        return self.data > _data(other)

    def _ones(self, as_node):
        ones = np.ones_like(self.data)
        return Tensor(ones) if as_node else ones

    def _fitted(self, share, g):
        """Return `share`, which a rule made of `g`, in the shape and type of the data.

        Where numpy stretched this Tensor, it is summed; where this Tensor was summed, it is stretched.
        """
        shape, dtype = self.data.shape, self.data.dtype
        if share.shape != shape:
            share = _stretched(unstretched(share, shape), shape)
        if share.__class__ is Tensor:
            return share
        if not self._op and (share is g or share.base is not None):
            return share.astype(dtype)  # a copy: a leaf's gradient is its own, whoever changes it in place
        return share if share.dtype == dtype else share.astype(dtype)

    def _backward(self):
        """Add this node's own share, from its present `.grad`, to its operands' `.grad`."""
        _backward_from_grad(self)

    @property
    def _prev(self):
        return {operand for operand in (self._x, self._y) if operand.__class__ is Tensor}

    def __radd__(self, other):  # other + self
        return _elementwise("+", np.add, other, self)

    def __rmul__(self, other):  # other * self
        return _elementwise("*", np.multiply, other, self)

    def __rsub__(self, other):  # other - self
        return _elementwise("-", np.subtract, other, self)

    def __rtruediv__(self, other):  # other / self
        return _elementwise("/", np.divide, other, self)

    def __rmatmul__(self, other):  # other @ self
        return _matmul(other, self)

    # END SOLUTION


# BEGIN SOLUTION
_tensor = Tensor.made  # one look-up less in each operation


def _constant(x):
    """Return `x` as an operand beside a Tensor: a number as Python's own, which leaves the dtype alone."""
    if isinstance(x, np.generic):
        return x.item()
    return x if isinstance(x, np.ndarray | int | float) else np.asarray(x, dtype=np.float64)


def _stretched(x, shape):
    """Return `x` repeated to `shape`, as numpy broadcasts; as a node if it is one."""
    if x.shape == shape:
        return x
    if x.__class__ is Tensor:
        return _tensor(np.broadcast_to(x.data, shape), "stretch", x)
    return np.broadcast_to(x, shape)


def _elementwise(op, function, x, y):
    a = x.data if x.__class__ is Tensor else (x := _constant(x))
    b = y.data if y.__class__ is Tensor else (y := _constant(y))
    try:
        return _tensor(function(a, b), op, x, y)
    except ValueError as mismatch:
        raise ValueError(f"{op}: shapes {np.shape(a)} and {np.shape(b)} do not broadcast") from mismatch


def _matmul(x, y):
    a = x.data if x.__class__ is Tensor else (x := _constant(x))
    b = y.data if y.__class__ is Tensor else (y := _constant(y))
    try:
        return _tensor(a @ b, "@", x, y)
    except ValueError as mismatch:
        raise ValueError(f"@: shapes {np.shape(a)} and {np.shape(b)} do not match") from mismatch


def _reduce(op, function, x, axis, keepdims):
    try:
        kept = function.reduce(x.data, axis, keepdims=True)
    except ValueError as misfit:
        raise ValueError(f"{op}: axis {axis} does not fit the shape {x.shape}: {misfit}") from misfit
    data = kept if keepdims else kept.squeeze(tuple(range(x.ndim)) if axis is None else axis)
    return _tensor(data, op, x, kept.shape)


# Of both ------------------------------------------------------------------------------------------------


def _data(x):
    return x.data if isinstance(x, Value | Tensor) else x


def _backward_from_grad(node):
    """Add the shares of the present gradient of `node` to the gradients of its operands."""
    operands = node._prev
    for operand in operands:
        operand._flow = None
    if node._op:
        pass_on(node, node.grad)
    for operand in operands:
        operand.grad, operand._flow = operand.grad + operand._flow, None


# END SOLUTION
