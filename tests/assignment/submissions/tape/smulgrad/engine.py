import math
from heapq import heappop, heappush
from types import SimpleNamespace

import numpy as np


class Tape:
    """The nodes in the order of their making, so that each stands after its operands."""

    def __init__(self):
        self.nodes = []

    def record(self, node):
        self.nodes.append(node)
        return len(self.nodes) - 1

    def sweep(self, last):
        """Call the rules from place `last` back, of those nodes that it depends on."""
        waiting, known = [-last], {last}
        while waiting:
            node = self.nodes[-heappop(waiting)]
            node._backward()
            for place in set(node.places) - known:
                known.add(place)
                heappush(waiting, -place)


TAPE = Tape()
FLOATS = SimpleNamespace(exp=math.exp, log=math.log, tanh=math.tanh, positive=lambda x: x if x > 0 else 0.0)
ARRAYS = SimpleNamespace(exp=np.exp, log=np.log, tanh=np.tanh, positive=lambda x: x * (x > 0))


class Node:
    def __init__(self, data, op="", operands=(), rule=None):
        self.data = self.number(data)
        self.grad = 0 * self.data
        self._op = op
        self.rule = rule
        self.places = [operand.place for operand in operands]
        self.place = TAPE.record(self)

    @property
    def _prev(self):
        return {TAPE.nodes[place] for place in self.places}

    def _backward(self):
        for place, g in zip(self.places, self.rule(self.grad) if self.rule else ()):
            TAPE.nodes[place].receive(g)

    def receive(self, g):
        self.grad = self.grad + self.fit(g)

    def backward(self):
        self.grad = 0 * self.data + 1
        TAPE.sweep(self.place)

    def lift(self, other):
        return other if isinstance(other, Node) else type(self)(other)

    def unary(self, op, data, slope):
        return type(self)(data, op, (self,), lambda g: (g * slope,))

    def __add__(self, other):
        other = self.lift(other)
        return type(self)(self.data + other.data, "+", (self, other), lambda g: (g, g))

    def __mul__(self, other):
        other = self.lift(other)
        a, b = self.data, other.data
        return type(self)(a * b, "*", (self, other), lambda g: (g * b, g * a))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self.unary("neg", -self.data, -1)

    def __sub__(self, other):
        return self + -self.lift(other)

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def __rtruediv__(self, other):
        return self**-1 * other

    def __pow__(self, n):
        return self.unary("pow", self.data**n, n * self.data ** (n - 1) if n else 0)

    def relu(self):
        return self.unary("relu", self.ops.positive(self.data), (self.data > 0) * 1.0)

    def exp(self):
        y = self.ops.exp(self.data)
        return self.unary("exp", y, y)

    def log(self):
        return self.unary("log", self.ops.log(self.data), 1 / self.data)

    def tanh(self):
        y = self.ops.tanh(self.data)
        return self.unary("tanh", y, 1 - y * y)


class Value(Node):
    ops, number = FLOATS, staticmethod(float)

    def fit(self, g):
        return g


class Tensor(Node):
    ops = ARRAYS

    @staticmethod
    def number(data):
        return np.array(data, dtype=np.float64)

    def fit(self, g):
        shape = self.data.shape
        g = g.sum(tuple(range(g.ndim - len(shape))))
        return g.sum(tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)

    def kept(self, axis):
        return self.data.sum(axis=axis, keepdims=True).shape

    def sum(self, axis=None, keepdims=False):
        kept, ones = self.kept(axis), np.ones_like(self.data)
        data = self.data.sum(axis=axis, keepdims=keepdims)
        return Tensor(data, "sum", (self,), lambda g: (g.reshape(kept) * ones,))

    def mean(self, axis=None, keepdims=False):
        kept = self.kept(axis)
        shares = np.full(self.data.shape, math.prod(kept) / self.data.size)
        data = self.data.mean(axis=axis, keepdims=keepdims)
        return Tensor(data, "mean", (self,), lambda g: (g.reshape(kept) * shares,))

    def max(self, axis=None, keepdims=False):
        top = self.data.max(axis=axis, keepdims=True)
        shares = (self.data == top) / (self.data == top).sum(axis=axis, keepdims=True)
        data = top if keepdims else self.data.max(axis=axis)
        return Tensor(data, "max", (self,), lambda g: (g.reshape(top.shape) * shares,))

    def reshape(self, shape):
        old = self.data.shape
        return Tensor(self.data.reshape(shape), "reshape", (self,), lambda g: (g.reshape(old),))

    def transpose(self):
        return Tensor(self.data.T, "transpose", (self,), lambda g: (g.T,))

    T = property(transpose)

    def __matmul__(self, other):
        a, b = self.data, other.data
        rows, columns = (a if a.ndim > 1 else a[None]), (b if b.ndim > 1 else b[:, None])
        full = (rows @ columns).shape

        def rule(g):
            g = g.reshape(full)
            left, right = g @ columns.swapaxes(-1, -2), rows.swapaxes(-1, -2) @ g
            return (left[0] if a.ndim == 1 else left), (right[..., 0] if b.ndim == 1 else right)

        return Tensor(a @ b, "@", (self, other), rule)
