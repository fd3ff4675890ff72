import numpy as np


class Variable:
    """A float or an array, and how it was made."""

    def __init__(self, data, inputs=(), op="", vjp=None):
        self.data = data if isinstance(data, float) else np.array(data, dtype=np.float64)
        self.grad = self.data * 0
        self._prev = set(inputs)
        self._op = op
        self._inputs = inputs
        self._vjp = vjp

    def _backward(self):
        if self._vjp:
            for variable, g in zip(self._inputs, self._vjp(self.grad)):
                if not isinstance(variable.data, float):
                    g = np.broadcast_to(g, np.broadcast_shapes(np.shape(g), variable.data.shape))
                    g = g.sum(tuple(range(g.ndim - variable.data.ndim)))
                    ones = tuple(i for i, n in enumerate(variable.data.shape) if n == 1)
                    g = g.sum(ones, keepdims=True)
                variable.grad = variable.grad + g

    def backward(self):
        order, state, stack = [], {}, [self]
        while stack:
            variable = stack[-1]
            if id(variable) in state:
                stack.pop()
                if state[id(variable)] == "open":
                    state[id(variable)] = "closed"
                    order.append(variable)
            else:
                state[id(variable)] = "open"
                stack += [each for each in variable._inputs if id(each) not in state]
        self.grad = self.data * 0 + 1
        for variable in reversed(order):
            variable._backward()

    def wrap(self, other):
        return other if isinstance(other, Variable) else Variable(float(other) if np.isscalar(other) else other)

    def __add__(self, other):
        other = self.wrap(other)
        return Variable(self.data + other.data, (self, other), "+", lambda g: (g, g))

    def __mul__(self, other):
        other = self.wrap(other)
        return Variable(self.data * other.data, (self, other), "x", lambda g: (g * other.data, g * self.data))

    def __pow__(self, n):
        return Variable(self.data**n, (self,), "^", lambda g: (g * n * self.data ** (n - 1),))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return Variable(-self.data, (self,), "negative", lambda g: (-g,))

    def __sub__(self, other):
        return self + -self.wrap(other)

    def __rsub__(self, other):
        return self.wrap(other) - self

    def __truediv__(self, other):
        return self * self.wrap(other) ** -1

    def __rtruediv__(self, other):
        return self.wrap(other) / self

    def relu(self):
        return Variable(np.maximum(self.data, 0.0), (self,), "max(0, x)", lambda g: (g * (self.data > 0),))

    def exp(self):
        y = np.exp(self.data)
        return Variable(y, (self,), "exp", lambda g: (g * y,))

    def log(self):
        return Variable(np.log(self.data), (self,), "log", lambda g: (g / self.data,))

    def tanh(self):
        # 2 * sigmoid(2x) - 1
        s = 1 / (1 + np.exp(-2 * self.data))
        return Variable(2 * s - 1, (self,), "tanh", lambda g: (g * 4 * s * (1 - s),))

    def sum(self, axis=None, keepdims=False):
        kept = self.data.sum(axis=axis, keepdims=True).shape
        y = self.data.sum(axis=axis, keepdims=keepdims)
        return Variable(np.array(y), (self,), "sum", lambda g: (np.reshape(g, kept) + 0 * self.data,))

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def max(self, axis=None, keepdims=False):
        top = self.data.max(axis=axis, keepdims=True)
        weight = (self.data == top) / (self.data == top).sum(axis=axis, keepdims=True)
        y = self.data.max(axis=axis, keepdims=keepdims)
        return Variable(np.array(y), (self,), "max", lambda g: (np.reshape(g, top.shape) * weight,))

    def reshape(self, shape):
        return Variable(self.data.reshape(shape), (self,), "shape", lambda g: (g.reshape(self.data.shape),))

    def transpose(self):
        return Variable(self.data.T, (self,), "T", lambda g: (g.T,))

    T = property(transpose)

    def __matmul__(self, other):
        a, b = self.data, other.data
        row, column = a.ndim == 1, b.ndim == 1

        def vjp(g):
            g = np.expand_dims(g, [-2] * row + [-1] * column)
            left = g @ np.swapaxes(b[:, None] if column else b, -1, -2)
            right = np.swapaxes(a[None] if row else a, -1, -2) @ g
            return left[0] if row else left, right[..., 0] if column else right

        return Variable(a @ b, (self, other), "@", vjp)


Tensor = Variable
