"""A functional core: RULES says for each operation what it computes and what each operand's gradient is."""

from functools import partial, partialmethod

import numpy as np


def transposed(x):
    return np.swapaxes(x, -1, -2)


def matrices(x, w):
    return (x if x.ndim > 1 else x[None, :]), (w if w.ndim > 1 else w[:, None])


def pulled(g, x, w):
    """The gradient of a product of matrices whose vectors have got their missing axis."""
    return g.reshape(np.matmul(*matrices(x, w)).shape)


def kept(y, x, axis):
    return np.reshape(y, np.sum(x, axis=axis, keepdims=True).shape)


def shares(x, axis):
    top = x == np.max(x, axis=axis, keepdims=True)
    return top / np.sum(top, axis=axis, keepdims=True)


def right_gradient(g, z, x, w):
    g = transposed(matrices(x, w)[0]) @ pulled(g, x, w)
    return g if w.ndim > 1 else g[..., 0]


def left_gradient(g, z, x, w):
    g = pulled(g, x, w) @ transposed(matrices(x, w)[1])
    return g if x.ndim > 1 else g[0]


RULES = {  # name: value of the operands; gradient of each, from that of the value, the value and the operands
    "+": (lambda x, y: x + y, lambda g, z, x, y: g, lambda g, z, x, y: g),
    "sub": (lambda x, y: x - y, lambda g, z, x, y: g, lambda g, z, x, y: -g),
    "mul": (lambda x, y: x * y, lambda g, z, x, y: g * y, lambda g, z, x, y: g * x),
    "div": (lambda x, y: x / y, lambda g, z, x, y: g / y, lambda g, z, x, y: -g * z / y),
    "neg": (lambda x: -x, lambda g, z, x: -g),
    "pow": (lambda x, n: x**n, lambda g, z, x, n: g * n * x ** (n - 1)),
    "relu": (lambda x: np.where(x > 0, x, 0.0), lambda g, z, x: np.where(x > 0, g, 0.0)),
    "exp": (np.exp, lambda g, z, x: g * z),
    "log": (np.log, lambda g, z, x: g / x),
    "tanh": (np.tanh, lambda g, z, x: g * (1 - z * z)),
    "matmul": (np.matmul, left_gradient, right_gradient),
    "transpose": (np.transpose, lambda g, z, x: g.T),
    "reshape": (lambda x, shape: x.reshape(shape), lambda g, z, x, shape: g.reshape(x.shape)),
    "sum": (
        lambda x, axis, keepdims: np.sum(x, axis=axis, keepdims=keepdims),
        lambda g, z, x, axis, keepdims: kept(g, x, axis) * np.ones_like(x),
    ),
    "mean": (
        lambda x, axis, keepdims: np.mean(x, axis=axis, keepdims=keepdims),
        lambda g, z, x, axis, keepdims: kept(g, x, axis) * np.full_like(x, np.size(z) / np.size(x)),
    ),
    "max": (
        lambda x, axis, keepdims: np.max(x, axis=axis, keepdims=keepdims),
        lambda g, z, x, axis, keepdims: kept(g, x, axis) * shares(x, axis),
    ),
}


def fitted(g, x):
    """Sum `g` to the shape of `x`."""
    g = np.asarray(g)
    g = g.sum(axis=tuple(range(g.ndim - np.ndim(x))))
    return g.sum(axis=tuple(i for i, n in enumerate(np.shape(x)) if n == 1), keepdims=True)


def gradients_of_operands(name, g, z, operands, settings):
    _, *rules = RULES[name]
    return [fitted(rule(g, z, *operands, **settings), x) for rule, x in zip(rules, operands)]


def topological(output):
    """Return the nodes below `output`, each after those it was made from."""
    order, entered, stack = [], set(), [("enter", output)]
    while stack:
        what, node = stack.pop()
        if what == "leave":
            order.append(node)
        elif node not in entered:
            entered.add(node)
            stack += [("leave", node), *(("enter", operand) for operand in node.operands)]
    return order


def gradients(output):
    """Return the gradient of the sum of `output` in each node below it; changes none of them."""
    found = {output: np.ones_like(output.data)}
    for node in reversed(topological(output)):
        for operand, g in zip(node.operands, node.pulled_back(found[node])):
            found[operand] = found[operand] + g if operand in found else g
    return found


class Node:
    def __init__(self, data, name="", operands=(), settings=None):
        self.data = self.of(data)
        self.grad = self.of(np.zeros_like(self.data))
        self._op, self.operands, self.settings = name, operands, settings or {}

    @property
    def _prev(self):
        return set(self.operands)

    def pulled_back(self, g):
        arrays = [operand.data for operand in self.operands]
        return gradients_of_operands(self._op, g, self.data, arrays, self.settings) if arrays else []

    def _backward(self):
        for operand, g in zip(self.operands, self.pulled_back(self.grad)):
            operand.grad = self.of(operand.grad + g)

    def backward(self):
        for node, g in gradients(self).items():
            node.grad = self.of(g if node is self else node.grad + g)

    def apply(self, name, *others, **settings):
        operands = (self, *(each if isinstance(each, Node) else type(self)(each) for each in others))
        value, *_ = RULES[name]
        return type(self)(value(*(each.data for each in operands), **settings), name, operands, settings)

    __add__ = __radd__ = partialmethod(apply, "+")
    __mul__ = __rmul__ = partialmethod(apply, "mul")
    __sub__, __truediv__ = partialmethod(apply, "sub"), partialmethod(apply, "div")
    __neg__, relu = partialmethod(apply, "neg"), partialmethod(apply, "relu")
    exp, log, tanh = partialmethod(apply, "exp"), partialmethod(apply, "log"), partialmethod(apply, "tanh")

    def __rsub__(self, other):
        return type(self)(other) - self

    def __rtruediv__(self, other):
        return type(self)(other) / self

    def __pow__(self, n):
        return self.apply("pow", n=n)


class Value(Node):
    of = staticmethod(float)


class Tensor(Node):
    of = staticmethod(partial(np.array, dtype=float))
    __matmul__, transpose = partialmethod(Node.apply, "matmul"), partialmethod(Node.apply, "transpose")
    T = property(lambda self: self.transpose())

    def reshape(self, shape):
        return self.apply("reshape", shape=shape)

    def sum(self, axis=None, keepdims=False):
        return self.apply("sum", axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        return self.apply("mean", axis=axis, keepdims=keepdims)

    def max(self, axis=None, keepdims=False):
        return self.apply("max", axis=axis, keepdims=keepdims)
