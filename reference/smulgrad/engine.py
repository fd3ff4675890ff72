"""Reverse-mode automatic differentiation: `Value` for numbers, `Tensor` for numpy arrays.

An operation computes its result and keeps its operands.
"""

import math
import operator
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from smulgrad import arrays
from smulgrad.node import Node, data_of, sweep  # solution


class Value(Node):
    """A number that remembers how it was computed.

    Attributes: `data` (a float), `grad` (a float, 0.0 before any backward), `_prev` (the Values it was
    computed from) and `_op` (the name of the operation, "" for a leaf).

        a = Value(2.0)
        b = a * 3 + a**2
        b.backward()
        a.grad  # 7.0
    """

    __slots__ = ("grad",)

    def __init__(self, data: float) -> None:
        """Store `data` as a float, with gradient 0.0 and no history."""
        self.data = float(data)
        self.grad = 0.0
        self._op, self._x, self._y = "", None, None

    def __repr__(self):
        return f"Value(data={self.data:g}, grad={self.grad:g})"

    def __add__(self, other: Self | float) -> Self:
        """Return self + other as a Value; `other` is a Value or a plain number."""
        return _value(self.data + (other.data if other.__class__ is Value else other), "+", self, other)

    def __mul__(self, other: Self | float) -> Self:
        """Return self * other as a Value; `other` is a Value or a plain number."""
        return _value(self.data * (other.data if other.__class__ is Value else other), "*", self, other)

    def __neg__(self) -> Self:
        """Return -self as a Value."""
        return _value(-self.data, "neg", self)

    def __sub__(self, other: Self | float) -> Self:
        """Return self - other as a Value; `other` is a Value or a plain number."""
        return _value(self.data - (other.data if other.__class__ is Value else other), "-", self, other)

    def __pow__(self, exponent: float) -> Self:
        """Return self ** exponent as a Value; `exponent` is an int or a float, never a Value."""
        if exponent.__class__ is Value:
            raise TypeError(f"**: the exponent must be a plain number, got {exponent!r}")
        if self.data == 0 and exponent < 0:
            raise ZeroDivisionError(f"**: 0 to the negative power {exponent!r}")
        if self.data < 0 and exponent % 1:
            raise ValueError(f"**: {self.data!r} to the power {exponent!r} is not a real number")
        return _value(self.data**exponent, "**", self, exponent)

    def __truediv__(self, other: Self | float) -> Self:
        """Return self / other as a Value; `other` is a Value or a plain number."""
        return self._binary("/", operator.truediv, self, other)

    def relu(self) -> Self:
        """Return max(0, self) as a Value; its slope at exactly 0 is 0."""
        return _value(self.data if self.data > 0 else 0.0, "relu", self)

    def exp(self) -> Self:
        """Return e ** self as a Value."""
        try:
            return _value(math.exp(self.data), "exp", self)
        except OverflowError:
            raise OverflowError(f"exp: e to the power {self.data!r} is too large for a float") from None

    def log(self) -> Self:
        """Return the natural logarithm of self as a Value."""
        if self.data <= 0:
            raise ValueError(f"log: defined for positive numbers only, got {self.data!r}")
        return _value(math.log(self.data), "log", self)

    def tanh(self) -> Self:
        """Return the hyperbolic tangent of self as a Value."""
        return _value(math.tanh(self.data), "tanh", self)

    def backward(self) -> None:
        """Add the derivative of self in each node below it, and in itself, to that node's `.grad`."""

        def add(node, g):
            node.grad += g

        sweep(self, add)

    def _ones_like(self):
        return 1.0

    @staticmethod
    def _binary(op, function, x, y):
        """Return function(x, y) as a Value; either of x and y may be a plain number."""
        a, b = data_of(x), data_of(y)
        if op == "/" and b == 0:
            raise ZeroDivisionError(f"/: {a!r} divided by 0")
        return _value(function(a, b), op, x, y)


class Tensor(Node):
    """A numpy array that remembers how it was computed; the array counterpart of Value.

    Attributes: `data` (an ndarray: float32 and float16 stay what they are, anything else becomes float64),
    `grad` (an ndarray of data's shape, zeros before any backward), `_prev` and `_op` as in Value.
    Operators broadcast as numpy does; the other operand may be a Tensor, an array or a number.

        x = Tensor([[1.0, 2.0], [3.0, 4.0]])
        loss = (x * x).sum()
        loss.backward()
        x.grad  # [[2, 4], [6, 8]]
    """

    __slots__ = ("_grad",)
    __array_ufunc__ = None  # array * tensor asks the tensor, not numpy

    def __init__(self, data: ArrayLike) -> None:
        """Store `data` (array, nested list or number) as a float array, with gradient 0 and no history."""
        array = np.asarray(data)
        self.data = array if array.dtype.kind == "f" else array.astype(np.float64)
        self._grad, self._op, self._x, self._y = None, "", None, None

    def __repr__(self):
        return f"Tensor({np.array2string(self.data, prefix='Tensor(')}, shape={self.shape})"

    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)

    @property
    def grad(self) -> np.ndarray:  # solution
        """The gradient gathered so far, an array of data's shape; set it to None to start from zero."""
        if self._grad is None:
            self._grad = np.zeros_like(self.data)
        elif self._op:  # a sweep may leave one array in several results; what is given out is this one's own
            self._grad = self._grad.copy()
        return self._grad

    @grad.setter
    def grad(self, gradient: np.ndarray | None) -> None:
        if gradient is not None:
            arrays.check_gradient(gradient, self.shape)
        self._grad = gradient

    def __add__(self, other: Self | ArrayLike) -> Self:
        """Return self + other, element by element, broadcast as numpy does."""
        return self._binary("+", np.add, self, other)

    def __mul__(self, other: Self | ArrayLike) -> Self:
        """Return self * other, element by element, broadcast as numpy does."""
        return self._binary("*", np.multiply, self, other)

    def __neg__(self) -> Self:
        """Return -self, element by element."""
        return _tensor(-self.data, "neg", self)

    def __sub__(self, other: Self | ArrayLike) -> Self:
        """Return self - other, element by element, broadcast as numpy does."""
        return self._binary("-", np.subtract, self, other)

    def __truediv__(self, other: Self | ArrayLike) -> Self:
        """Return self / other, element by element, broadcast as numpy does."""
        return self._binary("/", np.divide, self, other)

    def __pow__(self, exponent: float) -> Self:
        """Return self ** exponent, element by element; `exponent` is an int or a float."""
        if isinstance(exponent, Tensor | np.ndarray):
            raise TypeError(f"**: the exponent must be a plain number, got {type(exponent).__name__}")
        return _tensor(arrays.power(self.data, exponent), "**", self, exponent)

    def __matmul__(self, other: Self | ArrayLike) -> Self:
        """Return the matrix product self @ other, as numpy does: of vectors, matrices or batches of them."""
        return self._binary("@", np.matmul, self, other)

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Self:
        """Return the sum over `axis`: an int, a tuple of ints, or None for all axes."""
        return _reduce("sum", np.add, self, axis, keepdims)

    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Self:
        """Return the mean over `axis`: an int, a tuple of ints, or None for all axes."""
        total = self.sum(axis, keepdims)
        return total / (self.data.size // max(total.data.size, 1))

    def max(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Self:
        """Return the maximum over `axis`; equal maxima share the gradient equally."""
        return _reduce("max", np.maximum, self, axis, keepdims)

    def reshape(self, *shape: int | tuple[int, ...]) -> Self:
        """Return the numbers in another shape: `reshape((2, 3))` or `reshape(2, 3)`; one length may be -1."""
        return _tensor(arrays.reshape(self.data, shape), "reshape", self)

    def transpose(self, axes: Sequence[int] | None = None) -> Self:
        """Return the Tensor with its axes in the order `axes`, by default reversed."""
        axes = range(self.ndim)[::-1] if axes is None else axes
        return _tensor(arrays.transpose(self.data, axes), "transpose", self, axes)

    @property
    def T(self) -> Self:  # noqa: N802 - numpy's name
        """The transpose."""
        return self.transpose()

    def swapaxes(self, first: int, second: int) -> Self:  # solution
        """Return the Tensor with two axes exchanged."""
        axes = list(range(self.ndim))
        axes[first], axes[second] = axes[second], axes[first]
        return self.transpose(axes)

    def relu(self) -> Self:
        """Return max(0, self), element by element; the slope at exactly 0 is 0."""
        return _tensor(np.maximum(self.data, 0), "relu", self)

    def exp(self) -> Self:
        """Return e ** self, element by element."""
        return _tensor(np.exp(self.data), "exp", self)

    def log(self) -> Self:
        """Return the natural logarithm, element by element."""
        return _tensor(arrays.log(self.data), "log", self)

    def tanh(self) -> Self:
        """Return the hyperbolic tangent, element by element."""
        return _tensor(np.tanh(self.data), "tanh", self)

    def backward(self) -> None:
        """Add the gradient of self (of its sum, if not a scalar) to the `.grad` of each Tensor below it."""

        def add(node, g):
            node._grad = np.asarray(g) if node._grad is None else node._grad + g

        sweep(self, add)

    def _ones_like(self):
        return np.ones_like(self.data)

    def _fit(self, share, g):
        """Return `share`, which a rule made of `g`, in the shape and type of the data.

        Where numpy broadcast this Tensor, it is summed; where this Tensor was summed, it is broadcast.
        """
        shape, dtype = self.data.shape, self.data.dtype
        if share.shape != shape:
            share = arrays.broadcast(arrays.unbroadcast(share, shape), shape)
        if share.__class__ is Tensor:
            return share
        if not self._op and (share is g or share.base is not None):
            return share.astype(dtype)  # a copy: a leaf's gradient is its own, whoever changes it in place
        return share if share.dtype == dtype else share.astype(dtype)

    @staticmethod
    def _binary(op, function, x, y):
        """Return function(x, y) as a Tensor; either of x and y may be an array or a number."""
        a = x.data if x.__class__ is Tensor else (x := arrays.constant(x))
        b = y.data if y.__class__ is Tensor else (y := arrays.constant(y))
        try:
            return _tensor(function(a, b), op, x, y)
        except ValueError as mismatch:
            fault = f"do not {'match' if op == '@' else 'broadcast'}"
            raise ValueError(f"{op}: shapes {np.shape(a)} and {np.shape(b)} {fault}") from mismatch


def _reduce(op, function, x, axis, keepdims):
    data, kept = arrays.reduce(op, function, x.data, axis, keepdims)
    return _tensor(data, op, x, kept)


# Tricks for speed. Without them the program does the same, and takes longer.
# - The two functions below fill the slots of a result. To call its class takes twice as long.
# - Operators, `_fit` and the loops of node.py compare classes instead of calling `isinstance` or `data_of`.
# - A Tensor has no gradient (None) until one is read or added, and then takes over the array of a rule. A
#   rule may give the same array to several Tensors, so `_fit` copies it for a leaf, and `grad` for a result.
def _value(data, op, x, y=None):
    """Return the Value `data` that the operation `op` made of `x` and `y`."""
    out = object.__new__(Value)
    out.data, out.grad = data, 0.0
    out._op, out._x, out._y = op, x, y
    return out


def _tensor(data, op, x, y=None):
    """Return the Tensor `data` that the operation `op` made of `x` and `y`."""
    out = object.__new__(Tensor)
    out.data = data if data.__class__ is np.ndarray else np.asarray(data)
    out._op, out._x, out._y = op, x, y
    out._grad = None
    return out


Tensor.from_op = staticmethod(_tensor)
