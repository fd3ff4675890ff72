"""Reverse-mode automatic differentiation: `Value` for numbers, `Tensor` for numpy arrays."""

import math  # solution

import numpy as np

# BEGIN SOLUTION
# How a gradient travels:
#
# 1. Every operation makes a node: its result, its name, its operands x and y. A plain number or array
#    among the operands is kept as it is; it gets no gradient. Static arguments (an exponent, an axis) stand
#    in y's place in the same way.
# 2. RULES tells, for each name, how the gradient g of a result becomes the gradients of x and y.
# 3. `backward` starts with 1 at the output and visits every node after all nodes that consumed it, so that
#    a node passes on its gradient when it is complete.
#
# To add an operation: one entry in RULES, and one method that computes the result under that name.

# The rules ----------------------------------------------------------------------------------------------
# g is the gradient of the result z; x and y are the operands. Rules are written in arithmetic that floats,
# arrays, Values and Tensors share, so the same line gives numbers for `backward` and, for `grad(...,
# create_graph=True)`, new nodes that can be differentiated again.


def _pass_on(g, z, x, y):
    return g


RULES = {
    # name: (gradient of x, gradient of y)
    "+": (_pass_on, _pass_on),
    "-": (_pass_on, lambda g, z, x, y: -g),
    "*": (lambda g, z, x, y: g * y, lambda g, z, x, y: g * x),
    "/": (lambda g, z, x, y: g / y, lambda g, z, x, y: -g * z / y),
    "neg": (lambda g, z, x, y: -g, None),
    "**": (lambda g, z, x, n: g * (n * x ** (n - 1)) if n else g * 0.0, None),
    "relu": (lambda g, z, x, y: g * (_data(x) > 0), None),
    "exp": (lambda g, z, x, y: g * z, None),
    "log": (lambda g, z, x, y: g / x, None),
    "tanh": (lambda g, z, x, y: g * (1.0 - z * z), None),
    # of Tensors only; `kept` is the shape of the result with the reduced axes kept as 1
    "sum": (lambda g, z, x, kept: _broadcast_to(g.reshape(kept), x.shape), None),
    "max": (lambda g, z, x, kept: g.reshape(kept) * _share_of_max(_data(x), _data(z).reshape(kept)), None),
    "reshape": (lambda g, z, x, y: g.reshape(x.shape), None),
    "transpose": (lambda g, z, x, axes: _transposed(g, np.argsort(axes)), None),
    "broadcast": (_pass_on, None),
    "@": (lambda g, z, x, y: _matmul_x(g, x, y), lambda g, z, x, y: _matmul_y(g, x, y)),
}


def _data(x):
    """Return the numbers of `x`, for what is constant in a rule: where x > 0, where the maximum is."""
    return x.data if isinstance(x, Value | Tensor) else x


def _share_of_max(x, maximum):
    """Return 1 where `x` equals `maximum`, divided by the number of such places that share one maximum."""
    winners = (x == maximum).astype(x.dtype)
    return winners / _unbroadcast(winners, maximum.shape)


def _broadcast_to(g, shape):
    """Stretch `g` to `shape`; as a node if it is one."""
    if isinstance(g, Tensor):
        return _tensor(np.broadcast_to(g.data, shape), "broadcast", g)
    return np.broadcast_to(g, shape)


def _transposed(x, axes):
    """Return `x` with its axes in the order `axes`; as a node if it is one."""
    if isinstance(x, Tensor):
        return _tensor(x.data.transpose(axes), "transpose", x, axes)
    return x.transpose(axes)


def _unbroadcast(g, shape):
    """Sum `g` over the axes along which numpy stretched an operand of `shape`.

    A row of shape (1, 3) that was added to a column of shape (2, 1) met each of its numbers twice, so its
    gradient of shape (2, 3) is summed over axis 0.
    """
    if g.shape == shape:
        return g
    added = g.ndim - len(shape)
    stretched = [added + i for i, n in enumerate(shape) if n == 1 and g.shape[added + i] != 1]
    return g.sum(axis=(*range(added), *stretched)).reshape(shape)


def _matmul_x(g, x, y):
    """Return g @ y.T, the gradient of x in x @ y, before the sum over broadcast batches."""
    g, _, y = _as_matrices(g, x, y)
    return g @ y.swapaxes(-1, -2)


def _matmul_y(g, x, y):
    """Return x.T @ g, the gradient of y in x @ y, before the sum over broadcast batches."""
    g, rows, _ = _as_matrices(g, x, y)
    gradient = rows.swapaxes(-1, -2) @ g
    return gradient.reshape(gradient.shape[:-1]) if y.ndim == 1 else gradient


def _as_matrices(g, x, y):
    """Return g, x and y with a vector on the left as one row, a vector on the right as one column."""
    shape = g.shape
    if y.ndim == 1:
        y, shape = y.reshape((-1, 1)), (*shape, 1)
    if x.ndim == 1:
        x, shape = x.reshape((1, -1)), (*shape[:-1], 1, shape[-1])
    return g.reshape(shape), x, y


# The sweep ----------------------------------------------------------------------------------------------

_NOTHING_YET = object()


def _sweep(output, seed, create_graph=False):
    """Yield (node, gradient of `output` in that node) for every node, consumers before their operands.

    The gradient under way lives in a node's `_flow`, not in its `.grad`: what earlier sweeps left in `.grad`
    does not enter this one, so `backward` may be called twice and through shared nodes.
    """
    order = _operands_first(output)
    output._flow = seed
    try:
        for node in reversed(order):
            g = node._flow
            yield node, g
            if node._op:
                for operand, share in _shares(node, g, create_graph):
                    flow = operand._flow
                    operand._flow = share if flow is _NOTHING_YET else flow + share
    finally:
        for node in order:
            node._flow = None


def _operands_first(output):
    """Return the nodes that `output` was computed from and itself, each after its operands (depth-first)."""
    kind = output.__class__
    order, stack = [], [output]
    while stack:
        node = stack.pop()
        if node.__class__ is tuple:  # all that it needs is in `order` by now
            order.append(node[0])
        elif node._flow is None:
            node._flow = _NOTHING_YET
            stack.append((node,))
            for operand in (node._x, node._y):
                if operand.__class__ is kind and operand._flow is None:
                    stack.append(operand)  # noqa: PERF401 - a list of two costs more
    return order


def _shares(node, g, create_graph=False):
    """Return [(operand, its share of the gradient g of `node`), ...], constants left out."""
    kind = node.__class__
    z, x, y = node, node._x, node._y
    if not create_graph:
        z = z.data
        x = x.data if x.__class__ is kind else x
        y = y.data if y.__class__ is kind else y
    shares = []
    for operand, rule in zip((node._x, node._y), RULES[node._op], strict=True):
        if operand.__class__ is kind:
            share = rule(g, z, x, y)
            shares.append((operand, _unbroadcast(share, operand.shape) if kind is Tensor else share))
    return shares


def grad(output, inputs, create_graph=False):
    """Return the gradients of `output` in each of `inputs`, as a list, without touching any `.grad`.

    For a Tensor output that is not a scalar, its elements are summed. With `create_graph` the gradients are
    nodes themselves, so that they can be differentiated again:

        dy = grad(y, [x], create_graph=True)[0]
        d2y = grad(dy, [x])[0]
    """
    seed = output.__class__(output._seed()) if create_graph else output._seed()
    wanted = set(inputs)
    found = {node: g for node, g in _sweep(output, seed, create_graph) if node in wanted}
    zeros = (lambda x: x * 0.0) if create_graph else (lambda x: x.data * 0.0)
    return [found[x] if x in found else zeros(x) for x in inputs]


# END SOLUTION


class Value:
    """A number that remembers how it was computed.

    Attributes: `data` (a float), `grad` (a float, 0.0 before any backward), `_prev` (the Values it was
    computed from) and `_op` (the name of the operation, "" for a leaf).

        a = Value(2.0)
        b = a * 3 + a**2
        b.backward()
        a.grad  # 7.0
    """

    # BEGIN SOLUTION
    __slots__ = ("_flow", "_op", "_x", "_y", "data", "grad")
    # END SOLUTION

    def __init__(self, data):
        """Store `data` as a float, with gradient 0.0 and no history."""
        # BEGIN SOLUTION
        self.data = float(data)
        self.grad = 0.0
        self._op = ""
        self._x = self._y = self._flow = None
        # END SOLUTION

    def __repr__(self):  # solution
        return f"Value(data={self.data:g}, grad={self.grad:g})"  # solution

    def __add__(self, other):
        """Return self + other as a Value; `other` is a Value or a plain number."""
        # BEGIN SOLUTION
        return _value(self.data + (other.data if other.__class__ is Value else other), "+", self, other)
        # END SOLUTION

    def __mul__(self, other):
        """Return self * other as a Value; `other` is a Value or a plain number."""
        # BEGIN SOLUTION
        return _value(self.data * (other.data if other.__class__ is Value else other), "*", self, other)
        # END SOLUTION

    def __neg__(self):
        """Return -self as a Value."""
        return _value(-self.data, "neg", self)  # solution

    def __sub__(self, other):
        """Return self - other as a Value; `other` is a Value or a plain number."""
        # BEGIN SOLUTION
        return _value(self.data - (other.data if other.__class__ is Value else other), "-", self, other)
        # END SOLUTION

    def __pow__(self, exponent):
        """Return self ** exponent as a Value; `exponent` is an int or a float, never a Value."""
        # BEGIN SOLUTION
        if exponent.__class__ is Value:
            raise TypeError(f"**: the exponent must be a plain number, got {exponent!r}")
        if self.data == 0 and exponent < 0:
            raise ZeroDivisionError(f"**: 0 to the negative power {exponent!r}")
        if self.data < 0 and exponent != int(exponent):
            raise ValueError(f"**: {self.data!r} to the power {exponent!r} is not a real number")
        return _value(self.data**exponent, "**", self, exponent)
        # END SOLUTION

    def __truediv__(self, other):
        """Return self / other as a Value; `other` is a Value or a plain number."""
        return _quotient(self, other)  # solution

    def relu(self):
        """Return max(0, self) as a Value; its slope at exactly 0 is 0."""
        return _value(self.data if self.data > 0 else 0.0, "relu", self)  # solution

    def exp(self):
        """Return e ** self as a Value."""
        # BEGIN SOLUTION
        try:
            return _value(math.exp(self.data), "exp", self)
        except OverflowError:
            raise OverflowError(f"exp: e to the power {self.data!r} is too large for a float") from None
        # END SOLUTION

    def log(self):
        """Return the natural logarithm of self as a Value."""
        # BEGIN SOLUTION
        if self.data <= 0:
            raise ValueError(f"log: defined for positive numbers only, got {self.data!r}")
        return _value(math.log(self.data), "log", self)
        # END SOLUTION

    def tanh(self):
        """Return the hyperbolic tangent of self as a Value."""
        return _value(math.tanh(self.data), "tanh", self)  # solution

    def backward(self):
        """Add the derivative of self in each node below it, and in itself, to that node's `.grad`."""
        # BEGIN SOLUTION
        for node, g in _sweep(self, self._seed()):
            node.grad += g
        # END SOLUTION

    # BEGIN SOLUTION
    def _seed(self):
        return 1.0

    def _backward(self):
        """Add this node's own share, from its present `.grad`, to its operands' `.grad`."""
        for operand, share in _shares(self, self.grad) if self._op else ():
            operand.grad += share

    @property
    def _prev(self):
        return {operand for operand in (self._x, self._y) if operand.__class__ is Value}

    def __radd__(self, other):  # other + self
        return _value(other + self.data, "+", other, self)

    def __rmul__(self, other):  # other * self
        return _value(other * self.data, "*", other, self)

    def __rsub__(self, other):  # other - self
        return _value(other - self.data, "-", other, self)

    def __rtruediv__(self, other):  # other / self
        return _quotient(other, self)

    # END SOLUTION


# BEGIN SOLUTION
def _value(data, op, x, y=None):
    """Return the Value `data` that the operation `op` made of `x` and `y`; faster than calling the class."""
    out = object.__new__(Value)
    out.data = data
    out.grad = 0.0
    out._op, out._x, out._y = op, x, y
    out._flow = None
    return out


def _quotient(x, y):
    over, under = _data(x), _data(y)
    if under == 0:
        raise ZeroDivisionError(f"/: {over!r} divided by 0")
    return _value(over / under, "/", x, y)


# END SOLUTION


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

    # BEGIN SOLUTION
    __slots__ = ("_flow", "_grad", "_grad_is_own", "_op", "_x", "_y", "data")
    __array_ufunc__ = None  # array * tensor asks the tensor, not numpy
    # END SOLUTION

    def __init__(self, data):
        """Store `data` (array, nested list or number) as a float array, with gradient 0 and no history."""
        # BEGIN SOLUTION
        array = np.asarray(data)
        self.data = array if array.dtype.kind == "f" else array.astype(np.float64)
        self._grad, self._grad_is_own = None, False
        self._op = ""
        self._x = self._y = self._flow = None
        # END SOLUTION

    def __repr__(self):  # solution
        return f"Tensor({np.array2string(self.data, prefix='Tensor(')}, shape={self.shape})"  # solution

    # BEGIN SOLUTION
    @property
    def shape(self):
        """The shape of `data`."""
        return self.data.shape

    @property
    def ndim(self):
        """The number of axes of `data`."""
        return self.data.ndim

    @property
    def grad(self):
        """The gradient gathered so far: an array of data's shape that belongs to this Tensor alone."""
        if self._grad is None:
            self._grad, self._grad_is_own = np.zeros_like(self.data), True
        elif not self._grad_is_own:
            self._grad, self._grad_is_own = np.array(self._grad, dtype=self.data.dtype), True
        return self._grad

    @grad.setter
    def grad(self, gradient):
        if np.shape(gradient) != self.shape:
            raise ValueError(
                f"grad: its shape {np.shape(gradient)} is not the shape {self.shape} of the data"
            )
        self._grad, self._grad_is_own = gradient, False

    # END SOLUTION

    def __add__(self, other):
        """Return self + other, element by element, broadcast as numpy does."""
        return _elementwise("+", np.add, self, other)  # solution

    def __mul__(self, other):
        """Return self * other, element by element, broadcast as numpy does."""
        return _elementwise("*", np.multiply, self, other)  # solution

    def __neg__(self):
        """Return -self, element by element."""
        return _tensor(-self.data, "neg", self)  # solution

    def __sub__(self, other):
        """Return self - other, element by element, broadcast as numpy does."""
        return _elementwise("-", np.subtract, self, other)  # solution

    def __truediv__(self, other):
        """Return self / other, element by element, broadcast as numpy does."""
        return _elementwise("/", np.divide, self, other)  # solution

    def __pow__(self, exponent):
        """Return self ** exponent, element by element; `exponent` is an int or a float."""
        # BEGIN SOLUTION
        if isinstance(exponent, Tensor | np.ndarray):
            raise TypeError(f"**: the exponent must be a plain number, got {type(exponent).__name__}")
        if exponent < 0 and not self.data.all():
            raise ZeroDivisionError(
                f"**: 0 to the negative power {exponent!r}, in a Tensor of shape {self.shape}"
            )
        return _tensor(self.data**exponent, "**", self, exponent)
        # END SOLUTION

    def __matmul__(self, other):
        """Return the matrix product self @ other, as numpy does: of vectors, matrices or batches of them."""
        return _matmul(self, other)  # solution

    def sum(self, axis=None, keepdims=False):
        """Return the sum over `axis`: an int, a tuple of ints, or None for all axes."""
        return _reduce("sum", np.add, self, axis, keepdims)  # solution

    def mean(self, axis=None, keepdims=False):
        """Return the mean over `axis`: an int, a tuple of ints, or None for all axes."""
        # BEGIN SOLUTION
        total = self.sum(axis, keepdims)
        return total / (self.data.size // max(total.data.size, 1))
        # END SOLUTION

    def max(self, axis=None, keepdims=False):
        """Return the maximum over `axis`; equal maxima share the gradient equally."""
        return _reduce("max", np.maximum, self, axis, keepdims)  # solution

    def reshape(self, *shape):
        """Return the numbers in another shape: `reshape((2, 3))` or `reshape(2, 3)`; one length may be -1."""
        # BEGIN SOLUTION
        try:
            return _tensor(self.data.reshape(*shape), "reshape", self)
        except ValueError as mismatch:
            raise ValueError(f"reshape: {self.shape} does not fit into {shape}") from mismatch
        # END SOLUTION

    def transpose(self):
        """Return the Tensor with the order of its axes reversed."""
        return _transposed(self, range(self.ndim)[::-1])  # solution

    @property
    def T(self):  # noqa: N802 - numpy's name
        """The transpose."""
        return self.transpose()  # solution

    # BEGIN SOLUTION
    def swapaxes(self, first, second):
        """Return the Tensor with two axes exchanged."""
        axes = list(range(self.ndim))
        axes[first], axes[second] = axes[second], axes[first]
        return _transposed(self, axes)

    # END SOLUTION

    def relu(self):
        """Return max(0, self), element by element; the slope at exactly 0 is 0."""
        return _tensor(np.maximum(self.data, 0), "relu", self)  # solution

    def exp(self):
        """Return e ** self, element by element."""
        return _tensor(np.exp(self.data), "exp", self)  # solution

    def log(self):
        """Return the natural logarithm, element by element."""
        # BEGIN SOLUTION
        if not (self.data > 0).all():
            raise ValueError(
                f"log: defined for positive numbers only, got {self.data.min()} in shape {self.shape}"
            )
        return _tensor(np.log(self.data), "log", self)
        # END SOLUTION

    def tanh(self):
        """Return the hyperbolic tangent, element by element."""
        return _tensor(np.tanh(self.data), "tanh", self)  # solution

    def backward(self):
        """Add the gradient of self (of its sum, if not a scalar) to the `.grad` of each Tensor below it."""
        # BEGIN SOLUTION
        seen = set()
        for node, g in _sweep(self, self._seed()):
            alone = not node._op and g.base is None and id(g) not in seen
            seen.add(id(g))
            node._add_gradient(g, alone)
        # END SOLUTION

    # BEGIN SOLUTION
    def _seed(self):
        return np.ones_like(self.data)

    def _add_gradient(self, g, alone):
        """Add `g` to the gradient; `alone` says that no other Tensor and no rule holds this very array."""
        if self._grad is None:
            self._grad, self._grad_is_own = (
                g,
                alone and isinstance(g, np.ndarray) and g.dtype == self.data.dtype,
            )
        else:
            self._grad, self._grad_is_own = self._grad + g, False

    def _backward(self):
        """Add this node's own share, from its present `.grad`, to its operands' `.grad`."""
        for operand, share in _shares(self, self.grad) if self._op else ():
            operand._add_gradient(share, alone=False)

    @property
    def _prev(self):
        return {operand for operand in (self._x, self._y) if operand.__class__ is Tensor}

    def __radd__(self, other):  # other + self
        return _elementwise("+", np.add, other, self)

    def __rmul__(self, other):  # other * self
        return _elementwise("*", np.multiply, other, self)

    def __rsub__(self, other):  # other - self
        return _elementwise("-", np.subtract, other, self)

    def __rtruediv__(self, other):  # other / self
        return _elementwise("/", np.divide, other, self)

    def __rmatmul__(self, other):  # other @ self
        return _matmul(other, self)

    # END SOLUTION


# BEGIN SOLUTION
def _tensor(data, op, x, y=None):
    """Return the Tensor `data` that the operation `op` made of `x` and `y`; faster than calling the class."""
    out = object.__new__(Tensor)
    out.data = data if data.__class__ is np.ndarray else np.asarray(data)
    out._grad, out._grad_is_own = None, False
    out._op, out._x, out._y = op, x, y
    out._flow = None
    return out


def _constant(x):
    """Return `x` fit to stand beside a Tensor: a number as Python's own, which leaves the dtype alone."""
    if isinstance(x, np.generic):
        return x.item()
    return x if isinstance(x, Tensor | np.ndarray | int | float) else np.asarray(x, dtype=np.float64)


def _elementwise(op, function, x, y):
    x, y = _constant(x), _constant(y)
    try:
        return _tensor(function(_data(x), _data(y)), op, x, y)
    except ValueError as mismatch:
        raise ValueError(
            f"{op}: shapes {np.shape(_data(x))} and {np.shape(_data(y))} do not broadcast"
        ) from mismatch


def _matmul(x, y):
    x, y = _constant(x), _constant(y)
    try:
        return _tensor(_data(x) @ _data(y), "@", x, y)
    except ValueError as mismatch:
        raise ValueError(
            f"@: shapes {np.shape(_data(x))} and {np.shape(_data(y))} do not match"
        ) from mismatch


def _reduce(op, function, x, axis, keepdims):
    try:
        kept = function.reduce(x.data, axis, keepdims=True)
    except ValueError as misfit:
        raise ValueError(f"{op}: axis {axis} does not fit the shape {x.shape}: {misfit}") from misfit
    data = kept if keepdims else kept.squeeze(tuple(range(x.ndim)) if axis is None else axis)
    return _tensor(data, op, x, kept.shape)


# END SOLUTION
