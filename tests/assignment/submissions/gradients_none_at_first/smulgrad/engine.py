import math

import numpy as np


class Node:
    def __init__(self, data, parents=(), op="", push=None):
        self.data = data
        self.grad = None
        self._prev = set(parents)
        self._op = op
        self._push = push

    def _backward(self):
        if self._push and self.grad is not None:
            self._push(self.grad)

    def backward(self):
        self.grad = self.one()
        for node in reversed(self.sorted()):
            node._backward()

    def sorted(self, seen=None):
        """Return what this node depends on, and itself at the end."""
        seen = set() if seen is None else seen
        seen.add(self)
        below = [parent.sorted(seen) for parent in self._prev if parent not in seen]
        return [*sum(below, []), self]

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other


class Value(Node):
    def __init__(self, data, parents=(), op="", push=None):
        super().__init__(float(data), parents, op, push)

    def one(self):
        return 1.0

    def get(self, g):
        self.grad = g if self.grad is None else self.grad + g

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), "+", lambda g: (self.get(g), other.get(g)))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        a, b = self.data, other.data
        return Value(a * b, (self, other), "*", lambda g: (self.get(g * b), other.get(g * a)))

    def function(self, name, y, slope):
        return Value(y, (self,), name, lambda g: self.get(g * slope))

    def __pow__(self, n):
        return self.function("power", self.data**n, n * self.data ** (n - 1) if n else 0)

    def relu(self):
        return self.function("rectifier", max(self.data, 0), float(self.data > 0))

    def exp(self):
        return self.function("exponential", math.exp(self.data), math.exp(self.data))

    def log(self):
        return self.function("logarithm", math.log(self.data), 1 / self.data)

    def tanh(self):
        return self.function("hyperbolic tangent", math.tanh(self.data), 1 - math.tanh(self.data) ** 2)


class Tensor(Node):
    def __init__(self, data, parents=(), op="", push=None):
        self._shares = None
        super().__init__(np.asarray(data, dtype=np.float64), parents, op, push)

    @property
    def grad(self):
        return None if self._shares is None else sum(self._shares[1:], self._shares[0])

    @grad.setter
    def grad(self, array):
        self._shares = None if array is None else [array]

    def one(self):
        return np.ones(self.data.shape)

    def get(self, g):
        added = tuple(range(g.ndim - self.data.ndim))
        stretched = tuple(i + len(added) for i, n in enumerate(self.data.shape) if n == 1)
        self._shares = [*(self._shares or []), g.sum(added + stretched).reshape(self.data.shape)]

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        return Tensor(self.data + other.data, (self, other), "+", lambda g: (self.get(g), other.get(g)))

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        a, b = self.data, other.data
        return Tensor(a * b, (self, other), "*", lambda g: (self.get(g * b), other.get(g * a)))

    def function(self, name, y, rule):
        return Tensor(y, (self,), name, lambda g: self.get(rule(g)))

    def __pow__(self, n):
        return self.function("power", self.data**n, lambda g: g * n * self.data ** (n - 1))

    def relu(self):
        return self.function("rectifier", self.data.clip(0), lambda g: np.where(self.data > 0, g, 0))

    def exp(self):
        return self.function("exponential", np.exp(self.data), lambda g: g * np.exp(self.data))

    def log(self):
        return self.function("logarithm", np.log(self.data), lambda g: g / self.data)

    def tanh(self):
        y = np.tanh(self.data)
        return self.function("hyperbolic tangent", y, lambda g: g * (1 - y * y))

    def reshape(self, shape):
        return self.function("shape", self.data.reshape(shape), lambda g: g.reshape(self.data.shape))

    def transpose(self):
        return self.function("transpose", self.data.T, np.transpose)

    T = property(transpose)

    def reduced(self, name, data, axis, weights):
        shape = np.sum(self.data, axis=axis, keepdims=True).shape
        return self.function(name, data, lambda g: np.reshape(g, shape) * weights)

    def sum(self, axis=None, keepdims=False):
        y = self.data.sum(axis=axis, keepdims=keepdims)
        return self.reduced("sum", y, axis, np.ones(self.data.shape))

    def mean(self, axis=None, keepdims=False):
        y = self.data.mean(axis=axis, keepdims=keepdims)
        return self.reduced("mean", y, axis, np.full(self.data.shape, y.size / self.data.size))

    def max(self, axis=None, keepdims=False):
        top = np.equal(self.data, np.max(self.data, axis=axis, keepdims=True))
        y = self.data.max(axis=axis, keepdims=keepdims)
        return self.reduced("max", y, axis, top / top.sum(axis=axis, keepdims=True))

    def __matmul__(self, other):
        a, b = self.data, other.data

        def push(g):
            if b.ndim == 1:
                self.get(np.multiply.outer(g, b))
                other.get(np.tensordot(g, a, g.ndim))
            elif a.ndim == 1:
                self.get(b @ g)
                other.get(np.outer(a, g))
            else:
                self.get(g @ b.swapaxes(-1, -2))
                other.get(a.swapaxes(-1, -2) @ g)

        return Tensor(a @ b, (self, other), "@", push)
