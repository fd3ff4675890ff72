from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Edge:
    """From a result to one of its operands, with the rule that carries a gradient along."""

    to: "Node"
    carry: Callable[[Any], Any]


@dataclass(eq=False, repr=False)
class Node:
    data: Any
    edges: tuple[Edge, ...] = ()
    _op: str = ""
    grad: Any = field(init=False)

    def __post_init__(self):
        self.data = self.cast(self.data)
        self.grad = self.data - self.data

    @property
    def _prev(self):
        return {edge.to for edge in self.edges}

    def _backward(self):
        for edge in self.edges:
            edge.to.grad = edge.to.grad + edge.to.own_shape(edge.carry(self.grad))

    def backward(self):
        """Kahn's algorithm: a node's turn comes when all its users have had theirs."""
        users, stack = {self: 0}, [self]
        while stack:
            for edge in stack.pop().edges:
                if edge.to not in users:
                    users[edge.to] = 0
                    stack.append(edge.to)
                users[edge.to] += 1
        self.grad = self.data - self.data + 1
        ready = [self]
        while ready:
            node = ready.pop()
            node._backward()
            for edge in node.edges:
                users[edge.to] -= 1
                if not users[edge.to]:
                    ready.append(edge.to)

    def with_edges(self, op, data, *edges):
        return type(self)(data, tuple(Edge(*edge) for edge in edges), op)

    def lifted(self, other):
        return other if isinstance(other, Node) else type(self)(other)

    def __add__(self, other):
        other = self.lifted(other)
        return self.with_edges("+", self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other):
        other = self.lifted(other)
        return self.with_edges("-", self.data - other.data, (self, lambda g: g), (other, lambda g: -g))

    def __mul__(self, other):
        other = self.lifted(other)
        x, y = self.data, other.data
        return self.with_edges("*", x * y, (self, lambda g: g * y), (other, lambda g: g * x))

    def __truediv__(self, other):
        other = self.lifted(other)
        x, y = self.data, other.data
        return self.with_edges("/", x / y, (self, lambda g: g / y), (other, lambda g: -g * x / (y * y)))

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return self.lifted(other) - self

    def __rtruediv__(self, other):
        return self.lifted(other) / self

    def __neg__(self):
        return self.with_edges("-", -self.data, (self, lambda g: -g))

    def __pow__(self, n):
        return self.with_edges("^", self.data**n, (self, lambda g: g * n * self.data ** (n - 1)))

    def relu(self):
        return self.with_edges("relu", self.data * (self.data > 0), (self, lambda g: g * (self.data > 0)))

    def exp(self):
        y = np.exp(self.data)
        return self.with_edges("exp", y, (self, lambda g: g * y))

    def log(self):
        return self.with_edges("log", np.log(self.data), (self, lambda g: g / self.data))

    def tanh(self):
        y = np.tanh(self.data)
        return self.with_edges("tanh", y, (self, lambda g: g * (1 - y**2)))


@dataclass(eq=False, repr=False)
class Value(Node):
    cast = own_shape = staticmethod(float)


@dataclass(eq=False, repr=False)
class Tensor(Node):
    @staticmethod
    def cast(data):
        return np.array(data, dtype=float)

    def own_shape(self, g):
        added = g.ndim - self.data.ndim
        axes = [i for i in range(g.ndim) if i < added or self.data.shape[i - added] == 1]
        return np.sum(g, tuple(axes), keepdims=True).reshape(self.data.shape)

    def sum(self, axis=None, keepdims=False):
        inner = np.expand_dims(np.ones(()), ()) if axis is None else None

        def carry(g):
            g = g if keepdims or inner is not None else np.expand_dims(g, axis)
            return np.broadcast_to(g, self.data.shape)

        return self.with_edges("sum", np.sum(self.data, axis, keepdims=keepdims), (self, carry))

    def mean(self, axis=None, keepdims=False):
        count = self.data.size // np.sum(self.data, axis).size
        return self.sum(axis, keepdims) / count

    def max(self, axis=None, keepdims=False):
        tops = np.max(self.data, axis, keepdims=True)
        share = (self.data == tops) / np.sum(self.data == tops, axis, keepdims=True)
        data = np.max(self.data, axis, keepdims=keepdims)
        return self.with_edges("max", data, (self, lambda g: g.reshape(tops.shape) * share))

    def reshape(self, shape):
        return self.with_edges("reshape", self.data.reshape(shape), (self, lambda g: g.reshape(self.data.shape)))

    def transpose(self):
        return self.with_edges("T", self.data.T, (self, lambda g: g.T))

    T = property(transpose)

    def __matmul__(self, other):
        x, w = self.data, other.data
        if x.ndim == 1:
            return (self.reshape((1, len(x))) @ other).reshape((x @ w).shape)
        if w.ndim == 1:
            return (self @ other.reshape((len(w), 1))).reshape((x @ w).shape)
        left, right = np.moveaxis(x, -1, -2), np.moveaxis(w, -1, -2)
        return self.with_edges("@", x @ w, (self, lambda g: g @ right), (other, lambda g: left @ g))
