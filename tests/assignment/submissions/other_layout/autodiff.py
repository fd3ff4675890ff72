"""Automatic differentiation in one file. Gradients are nodes too, so they can be differentiated again."""

import numpy as np


class Node:
    """A number or array with its history: pairs of an operand and the rule that gives it its gradient."""

    def __init__(self, data, op="", inputs=()):
        self.data = data
        self.grad = data * 0
        self._op = op
        self._inputs = inputs

    @property
    def _prev(self):
        return {operand for operand, _ in self._inputs}

    def lift(self, other):
        return other if isinstance(other, Node) else self.constant(other)

    def __add__(self, other):
        other = self.lift(other)
        return type(self)(self.data + other.data, "+", ((self, lambda g: g), (other, lambda g: g)))

    def __mul__(self, other):
        other = self.lift(other)
        return type(self)(self.data * other.data, "*", ((self, lambda g: g * other), (other, lambda g: g * self)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -self.lift(other)

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def __rtruediv__(self, other):
        return self**-1 * other

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, n):
        return type(self)(self.data**n, "**", ((self, lambda g: g * self ** (n - 1) * n if n else g * 0),))

    def relu(self):
        is_on = self.constant(self.data > 0)
        return type(self)(np.maximum(self.data, 0), "relu", ((self, lambda g: g * is_on),))

    def exp(self):
        out = type(self)(np.exp(self.data), "exp", ((self, lambda g: g * out),))
        return out

    def log(self):
        return type(self)(np.log(self.data), "log", ((self, lambda g: g / self),))

    def tanh(self):
        out = type(self)(np.tanh(self.data), "tanh", ((self, lambda g: g * (1 - out * out)),))
        return out

    def _backward(self):
        g = self.constant(self.grad)
        for operand, rule in self._inputs:
            operand.grad = operand.grad + operand.fit(rule(g)).data

    def backward(self):
        for node, g in derivatives(self).items():
            node.grad = node.grad + g.data


class Value(Node):
    def __init__(self, data, op="", inputs=()):
        super().__init__(float(data), op, inputs)

    def constant(self, number):
        return Value(number)

    def fit(self, g):
        return g


class Tensor(Node):
    def __init__(self, data, op="", inputs=()):
        data = np.asarray(data)
        super().__init__(data if data.dtype.kind == "f" else data.astype(float), op, inputs)

    @property
    def shape(self):
        return self.data.shape

    def constant(self, numbers):
        return Tensor(np.asarray(numbers, dtype=self.data.dtype))

    def fit(self, g):
        """Sum a gradient over the axes along which this tensor was stretched."""
        if g.shape == self.shape:
            return g
        added = len(g.shape) - len(self.shape)
        stretched = [i + added for i, n in enumerate(self.shape) if n == 1]
        return g.sum((*range(added), *stretched)).reshape(self.shape)

    def spread(self, data, axis, weights, op):
        """Return a reduction to `data`, in which each element has its weight."""
        kept = self.data.sum(axis, keepdims=True).shape
        return Tensor(data, op, ((self, lambda g: g.reshape(kept) * weights),))

    def sum(self, axis=None, keepdims=False):
        return self.spread(self.data.sum(axis, keepdims=keepdims), axis, np.ones(self.shape), "sum")

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def max(self, axis=None, keepdims=False):
        winners = self.data == self.data.max(axis, keepdims=True)
        shares = winners / winners.sum(axis, keepdims=True)
        return self.spread(self.data.max(axis, keepdims=keepdims), axis, shares, "max")

    def reshape(self, *shape):
        return Tensor(self.data.reshape(*shape), "reshape", ((self, lambda g: g.reshape(self.shape)),))

    def transpose(self, axes=None):
        axes = range(len(self.shape))[::-1] if axes is None else axes
        back = np.argsort(axes)
        return Tensor(self.data.transpose(axes), "transpose", ((self, lambda g: g.transpose(back)),))

    T = property(transpose)

    def flipped(self):
        """Return every matrix of a batch transposed."""
        axes = list(range(len(self.shape)))
        return self.transpose([*axes[:-2], axes[-1], axes[-2]])

    def __matmul__(self, other):
        shape = (self.data @ other.data).shape
        x = self.reshape(1, -1) if len(self.shape) == 1 else self
        y = other.reshape(-1, 1) if len(other.shape) == 1 else other
        if x is not self or y is not other:
            return (x @ y).reshape(shape)
        return Tensor(x.data @ y.data, "@", ((x, lambda g: g @ y.flipped()), (y, lambda g: x.flipped() @ g)))


def derivatives(output):
    """Return the gradient of `output` in each node below it, as nodes."""
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        node, is_done = stack.pop()
        if is_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack += [(node, True), *((operand, False) for operand in node._prev)]
    gradients = {output: output.constant(output.data * 0 + 1)}
    for node in reversed(order):
        for operand, rule in node._inputs:
            share = operand.fit(rule(gradients[node]))
            gradients[operand] = gradients[operand] + share if operand in gradients else share
    return gradients


class Linear:
    def __init__(self, inputs, outputs):
        self.parameters = [Tensor(np.random.randn(inputs, outputs) * 0.1), Tensor(np.zeros(outputs))]

    def __call__(self, x):
        weight, bias = self.parameters
        return x @ weight + bias


class Network:
    def __init__(self, *sizes):
        self.layers = [Linear(*pair) for pair in zip(sizes, sizes[1:])]

    def __call__(self, x):
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


def softmax(x, axis):
    powers = (x - x.data.max(axis, keepdims=True)).exp()
    return powers / powers.sum(axis, keepdims=True)


def cross_entropy(logits, targets):
    shifted = logits - logits.data.max(-1, keepdims=True)
    logs = shifted - shifted.exp().sum(-1, keepdims=True).log()
    return (logs * targets).sum() / -len(logits.data)


def gradient_is_right(f, x, eps, tol):
    probe = Tensor(x.data.copy())
    f(probe).backward()
    for index in np.ndindex(probe.shape):
        number = x.data[index]
        ends = []
        for step in (eps, -eps):
            moved = x.data.copy()
            moved[index] = number + step
            ends.append(float(f(Tensor(moved)).data))
        numeric, analytic = (ends[0] - ends[1]) / (2 * eps), probe.grad[index]
        if abs(numeric - analytic) > tol * (max(abs(numeric), abs(analytic)) + eps):
            return False
    return True
