"""Reverse-mode automatic differentiation: `Value` for numbers, `Tensor` for numpy arrays.

An operation computes its result and keeps its operands.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike


class Value:
    """A number that remembers how it was computed.

    Attributes: `data` (a float), `grad` (a float, 0.0 before any backward), `_prev` (the Values it was
    computed from) and `_op` (the name of the operation, "" for a leaf).

        a = Value(2.0)
        b = a * 3 + a**2
        b.backward()
        a.grad  # 7.0
    """

    def __init__(self, data: float) -> None:
        """Store `data` as a float, with gradient 0.0 and no history."""
        raise NotImplementedError("Value.__init__: store `data` as a float, with gradient 0.0 and no history")

    def __add__(self, other: Self | float) -> Self:
        """Return self + other as a Value; `other` is a Value or a plain number."""
        raise NotImplementedError(
            "Value.__add__: return self + other as a Value; `other` is a Value or a plain number"
        )

    def __mul__(self, other: Self | float) -> Self:
        """Return self * other as a Value; `other` is a Value or a plain number."""
        raise NotImplementedError(
            "Value.__mul__: return self * other as a Value; `other` is a Value or a plain number"
        )

    def __neg__(self) -> Self:
        """Return -self as a Value."""
        raise NotImplementedError("Value.__neg__: return -self as a Value")

    def __sub__(self, other: Self | float) -> Self:
        """Return self - other as a Value; `other` is a Value or a plain number."""
        raise NotImplementedError(
            "Value.__sub__: return self - other as a Value; `other` is a Value or a plain number"
        )

    def __pow__(self, exponent: float) -> Self:
        """Return self ** exponent as a Value; `exponent` is an int or a float, never a Value."""
        raise NotImplementedError(
            "Value.__pow__: return self ** exponent as a Value; `exponent` is an int or a float, never a "
            "Value"
        )

    def __truediv__(self, other: Self | float) -> Self:
        """Return self / other as a Value; `other` is a Value or a plain number."""
        raise NotImplementedError(
            "Value.__truediv__: return self / other as a Value; `other` is a Value or a plain number"
        )

    def relu(self) -> Self:
        """Return max(0, self) as a Value; its slope at exactly 0 is 0."""
        raise NotImplementedError("Value.relu: return max(0, self) as a Value; its slope at exactly 0 is 0")

    def exp(self) -> Self:
        """Return e ** self as a Value."""
        raise NotImplementedError("Value.exp: return e ** self as a Value")

    def log(self) -> Self:
        """Return the natural logarithm of self as a Value."""
        raise NotImplementedError("Value.log: return the natural logarithm of self as a Value")

    def tanh(self) -> Self:
        """Return the hyperbolic tangent of self as a Value."""
        raise NotImplementedError("Value.tanh: return the hyperbolic tangent of self as a Value")

    def backward(self) -> None:
        """Add the derivative of self in each node below it, and in itself, to that node's `.grad`."""
        raise NotImplementedError(
            "Value.backward: add the derivative of self in each node below it, and in itself, to that node's "
            "`.grad`"
        )


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

    def __init__(self, data: ArrayLike) -> None:
        """Store `data` (array, nested list or number) as a float array, with gradient 0 and no history."""
        raise NotImplementedError(
            "Tensor.__init__: store `data` (array, nested list or number) as a float array, with gradient 0 "
            "and no history"
        )

    def __add__(self, other: Self | ArrayLike) -> Self:
        """Return self + other, element by element, broadcast as numpy does."""
        raise NotImplementedError(
            "Tensor.__add__: return self + other, element by element, broadcast as numpy does"
        )

    def __mul__(self, other: Self | ArrayLike) -> Self:
        """Return self * other, element by element, broadcast as numpy does."""
        raise NotImplementedError(
            "Tensor.__mul__: return self * other, element by element, broadcast as numpy does"
        )

    def __neg__(self) -> Self:
        """Return -self, element by element."""
        raise NotImplementedError("Tensor.__neg__: return -self, element by element")

    def __sub__(self, other: Self | ArrayLike) -> Self:
        """Return self - other, element by element, broadcast as numpy does."""
        raise NotImplementedError(
            "Tensor.__sub__: return self - other, element by element, broadcast as numpy does"
        )

    def __truediv__(self, other: Self | ArrayLike) -> Self:
        """Return self / other, element by element, broadcast as numpy does."""
        raise NotImplementedError(
            "Tensor.__truediv__: return self / other, element by element, broadcast as numpy does"
        )

    def __pow__(self, exponent: float) -> Self:
        """Return self ** exponent, element by element; `exponent` is an int or a float."""
        raise NotImplementedError(
            "Tensor.__pow__: return self ** exponent, element by element; `exponent` is an int or a float"
        )

    def __matmul__(self, other: Self | ArrayLike) -> Self:
        """Return the matrix product self @ other, as numpy does: of vectors, matrices or batches of them."""
        raise NotImplementedError(
            "Tensor.__matmul__: return the matrix product self @ other, as numpy does: of vectors, matrices "
            "or batches of them"
        )

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Self:
        """Return the sum over `axis`: an int, a tuple of ints, or None for all axes."""
        raise NotImplementedError(
            "Tensor.sum: return the sum over `axis`: an int, a tuple of ints, or None for all axes"
        )

    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Self:
        """Return the mean over `axis`: an int, a tuple of ints, or None for all axes."""
        raise NotImplementedError(
            "Tensor.mean: return the mean over `axis`: an int, a tuple of ints, or None for all axes"
        )

    def max(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Self:
        """Return the maximum over `axis`; equal maxima share the gradient equally."""
        raise NotImplementedError(
            "Tensor.max: return the maximum over `axis`; equal maxima share the gradient equally"
        )

    def reshape(self, *shape: int | tuple[int, ...]) -> Self:
        """Return the numbers in another shape: `reshape((2, 3))` or `reshape(2, 3)`; one length may be -1."""
        raise NotImplementedError(
            "Tensor.reshape: return the numbers in another shape: `reshape((2, 3))` or `reshape(2, 3)`; one "
            "length may be -1"
        )

    def transpose(self, axes: Sequence[int] | None = None) -> Self:
        """Return the Tensor with its axes in the order `axes`, by default reversed."""
        raise NotImplementedError(
            "Tensor.transpose: return the Tensor with its axes in the order `axes`, by default reversed"
        )

    @property
    def T(self) -> Self:  # noqa: N802 - numpy's name
        """The transpose."""
        raise NotImplementedError("Tensor.T: the transpose")

    def relu(self) -> Self:
        """Return max(0, self), element by element; the slope at exactly 0 is 0."""
        raise NotImplementedError(
            "Tensor.relu: return max(0, self), element by element; the slope at exactly 0 is 0"
        )

    def exp(self) -> Self:
        """Return e ** self, element by element."""
        raise NotImplementedError("Tensor.exp: return e ** self, element by element")

    def log(self) -> Self:
        """Return the natural logarithm, element by element."""
        raise NotImplementedError("Tensor.log: return the natural logarithm, element by element")

    def tanh(self) -> Self:
        """Return the hyperbolic tangent, element by element."""
        raise NotImplementedError("Tensor.tanh: return the hyperbolic tangent, element by element")

    def backward(self) -> None:
        """Add the gradient of self (of its sum, if not a scalar) to the `.grad` of each Tensor below it."""
        raise NotImplementedError(
            "Tensor.backward: add the gradient of self (of its sum, if not a scalar) to the `.grad` of each "
            "Tensor below it"
        )
