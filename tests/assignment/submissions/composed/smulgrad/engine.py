import numpy as np


class Node:
    """A node with a rule for each operand; only the operations that call `made` have rules."""

    def __init__(self, data, _op="", rules=()):
        self.data = self.store(data)
        self.grad = np.zeros_like(self.data)[()]
        self._op = _op
        self.rules = list(rules)
        self._prev = {operand for operand, _ in self.rules}

    def made(self, op, data, *rules):
        return type(self)(data, op, rules)

    def node(self, other):
        return other if isinstance(other, Node) else type(self)(other)

    def _backward(self):
        for operand, rule in self.rules:
            operand.grad = operand.grad + operand.shrink(rule(self.grad))

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                [visit(operand) for operand in node._prev]
                order.append(node)

        visit(self)
        self.grad = np.ones_like(self.data)[()]
        [node._backward() for node in order[::-1]]

    def __add__(self, other):
        other = self.node(other)
        return self.made("+", self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        other = self.node(other)
        return self.made(
            "*", self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data)
        )

    def __pow__(self, n):
        return self.made("**", self.data**n, (self, lambda g: g * n * self.data ** (n - 1)))

    def exp(self):
        return self.made("exp", np.exp(self.data), (self, lambda g: g * np.exp(self.data)))

    def log(self):
        return self.made("log", np.log(self.data), (self, lambda g: g / self.data))

    # Composed

    def relu(self):
        return self * (self.data > 0)

    def tanh(self):
        power = (self * 2).exp()
        return (power - 1) / (power + 1)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * self.node(other) ** -1

    def __rtruediv__(self, other):
        return self.node(other) * self**-1

    __radd__, __rmul__ = __add__, __mul__


class Value(Node):
    store = staticmethod(float)

    def shrink(self, g):
        return float(g)


class Tensor(Node):
    @staticmethod
    def store(data):
        return np.asarray(data, dtype=float)

    def shrink(self, g):
        g = np.asarray(g)
        while g.ndim > self.data.ndim:
            g = g.sum(0)
        for axis in range(g.ndim):
            if self.data.shape[axis] == 1:
                g = g.sum(axis, keepdims=True)
        return g

    def reshape(self, shape):
        return self.made("reshape", self.data.reshape(shape), (self, lambda g: g.reshape(self.data.shape)))

    def moved(self, axes):
        return self.made("move", self.data.transpose(axes), (self, lambda g: g.transpose(np.argsort(axes))))

    def sum(self, axis=None, keepdims=False):
        kept = self.data.sum(axis=axis, keepdims=True)
        data = kept if keepdims else self.data.sum(axis=axis)
        return self.made("sum", data, (self, lambda g: g.reshape(kept.shape) + 0 * self.data))

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def max(self, axis=None, keepdims=False):
        winners = self.data == self.data.max(axis=axis, keepdims=True)
        return (self * (winners / winners.sum(axis=axis, keepdims=True))).sum(axis, keepdims)

    def transpose(self):
        return self.moved(range(self.data.ndim)[::-1])

    @property
    def T(self):
        return self.transpose()

    def __matmul__(self, other):
        x = self if self.data.ndim > 1 else self.reshape((1, -1))
        w = other if other.data.ndim > 1 else other.reshape((-1, 1))
        rows = x.reshape((*x.data.shape, 1))
        columns = w.reshape((*w.data.shape[:-2], 1, *w.data.shape[-2:]))
        return (rows * columns).sum(axis=-2).reshape((self.data @ other.data).shape)
