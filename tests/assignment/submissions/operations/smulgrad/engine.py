import numpy as np


class Operation:
    """One step of a computation: `forward` gives its result, `backward` the gradients of its operands."""

    def __init__(self, *operands, **settings):
        self.operands = operands
        self.x = [operand.data for operand in operands]
        self.__dict__.update(settings)
        self.y = self.forward(*self.x)


class Add(Operation):
    sign = "+"

    def forward(self, a, b):
        return a + b

    def backward(self, g):
        return g, g


class Sub(Operation):
    def forward(self, a, b):
        return a - b

    def backward(self, g):
        return g, -g


class Mul(Operation):
    def forward(self, a, b):
        return a * b

    def backward(self, g):
        return g * self.x[1], g * self.x[0]


class Div(Operation):
    def forward(self, a, b):
        return a / b

    def backward(self, g):
        a, b = self.x
        return g / b, -g * a / b**2


class Neg(Operation):
    def forward(self, a):
        return -a

    def backward(self, g):
        return (-g,)


class Pow(Operation):
    def forward(self, a):
        return a**self.n

    def backward(self, g):
        return (g * self.n * self.x[0] ** (self.n - 1),)


class Relu(Operation):
    def forward(self, a):
        return np.maximum(a, 0)

    def backward(self, g):
        return (np.where(self.x[0] > 0, g, 0.0),)


class Exp(Operation):
    def forward(self, a):
        return np.exp(a)

    def backward(self, g):
        return (g * self.y,)


class Log(Operation):
    def forward(self, a):
        return np.log(a)

    def backward(self, g):
        return (g / self.x[0],)


class Tanh(Operation):
    def forward(self, a):
        return np.tanh(a)

    def backward(self, g):
        return (g / np.cosh(self.x[0]) ** 2,)


class Sum(Operation):
    def forward(self, a):
        self.axis = tuple(range(a.ndim)) if self.axis is None else self.axis
        return a.sum(self.axis, keepdims=self.keepdims)

    def kept(self, array):
        return array if self.keepdims else np.expand_dims(array, self.axis)

    def backward(self, g):
        return (np.broadcast_to(self.kept(g), self.x[0].shape),)


class Max(Sum):
    def forward(self, a):
        self.axis = tuple(range(a.ndim)) if self.axis is None else self.axis
        return a.max(self.axis, keepdims=self.keepdims)

    def backward(self, g):
        winners = self.x[0] == self.kept(self.y)
        return (self.kept(g) * winners / winners.sum(self.axis, keepdims=True),)


class Reshape(Operation):
    def forward(self, a):
        return a.reshape(self.shape)

    def backward(self, g):
        return (g.reshape(self.x[0].shape),)


class Transpose(Operation):
    def forward(self, a):
        return a.T

    def backward(self, g):
        return (g.T,)


class Matmul(Operation):
    def forward(self, a, b):
        return a @ b

    def backward(self, g):
        a, b = self.x
        if b.ndim == 1:
            return g[..., None] * b, (a * g[..., None]).reshape(-1, len(b)).sum(axis=0)
        if a.ndim == 1:
            return b @ g, np.outer(a, g)
        return g @ np.swapaxes(b, -1, -2), np.swapaxes(a, -1, -2) @ g


class Node:
    """What Value and Tensor have in common."""

    def __init__(self, data, operation=None):
        self.data = self.stored(data)
        self.grad = self.data * 0.0
        self.operation = operation

    @property
    def _op(self):
        return getattr(self.operation, "sign", type(self.operation).__name__) if self.operation else ""

    @property
    def _prev(self):
        return set(self.operation.operands) if self.operation else set()

    def apply(self, operation, *others, **settings):
        others = [other if isinstance(other, Node) else type(self)(other) for other in others]
        operation = operation(self, *others, **settings)
        return type(self)(operation.y, operation)

    def _backward(self):
        if self.operation:
            for operand, g in zip(self.operation.operands, self.operation.backward(self.grad)):
                operand.grad = operand.grad + operand.fit(g)

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack += [(node, True), *((operand, False) for operand in node._prev)]
        self.grad = self.data * 0.0 + 1.0
        for node in reversed(order):
            node._backward()

    def __add__(self, other):
        return self.apply(Add, other)

    def __sub__(self, other):
        return self.apply(Sub, other)

    def __mul__(self, other):
        return self.apply(Mul, other)

    def __truediv__(self, other):
        return self.apply(Div, other)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return type(self)(other) - self

    def __rtruediv__(self, other):
        return type(self)(other) / self

    def __neg__(self):
        return self.apply(Neg)

    def __pow__(self, n):
        return self.apply(Pow, n=n)

    def relu(self):
        return self.apply(Relu)

    def exp(self):
        return self.apply(Exp)

    def log(self):
        return self.apply(Log)

    def tanh(self):
        return self.apply(Tanh)


class Value(Node):
    stored = staticmethod(float)
    fit = staticmethod(float)


class Tensor(Node):
    @staticmethod
    def stored(data):
        return np.asarray(data, dtype=float)

    def fit(self, g):
        while g.ndim > self.data.ndim:
            g = g.sum(axis=0)
        return g.sum(tuple(i for i, n in enumerate(self.data.shape) if n != g.shape[i]), keepdims=True)

    def sum(self, axis=None, keepdims=False):
        return self.apply(Sum, axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total / (self.data.size / total.data.size)

    def max(self, axis=None, keepdims=False):
        return self.apply(Max, axis=axis, keepdims=keepdims)

    def reshape(self, shape):
        return self.apply(Reshape, shape=shape)

    def transpose(self):
        return self.apply(Transpose)

    T = property(transpose)

    def __matmul__(self, other):
        return self.apply(Matmul, other)
