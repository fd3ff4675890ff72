"""Derivatives of orders one to three: of every operation, against differences and closed forms."""

import math

import numpy as np
import pytest
from smulgrad.engine import Tensor, Value
from smulgrad.node import grad
from smulgrad.rules import RULES

from tests.assignment.engine.operations import OPERATIONS, along

STEP = 1e-5


def nth_derivative(function, x, order):
    """Return the derivative of `function` of that order at `x`, by differentiating derivatives."""
    v = Value(x)
    y = function(v)
    for _ in range(order):
        y = grad(y, [v], create_graph=True)[0]
    return y.data


def arrays_for(shapes, rng):
    """Return an array of each shape, with different numbers from 0.5 to 2."""
    sizes = [math.prod(shape) for shape in shapes]
    numbers = rng.permutation(np.linspace(0.5, 2, sum(sizes)))
    return [
        part.reshape(shape)
        for part, shape in zip(np.split(numbers, np.cumsum(sizes)[:-1]), shapes, strict=True)
    ]


def as_a_number(function, weights):
    """Return `function` followed by a sum with `weights` and a bend, so that no derivative is constant."""
    return lambda *operands: ((function(*operands) * weights).sum() * 0.1).tanh()


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("name", OPERATIONS)
def test_derivatives_agree_with_differences(name, order):
    """A derivative along random directions is the difference of two of the order below."""
    rng = np.random.default_rng(order)
    function, shapes = OPERATIONS[name]
    arrays = arrays_for(shapes, rng)
    weights = rng.normal(size=function(*map(Tensor, arrays)).shape)
    number = as_a_number(function, weights)
    *before, last = [[rng.normal(size=shape) for shape in shapes] for _ in range(order)]

    def moved(step):
        return [Tensor(array + step * direction) for array, direction in zip(arrays, last, strict=True)]

    found = along(number, [Tensor(array) for array in arrays], [*before, last])

    difference = (along(number, moved(STEP), before) - along(number, moved(-STEP), before)) / (2 * STEP)
    assert found == pytest.approx(difference, rel=1e-5, abs=1e-6)


def test_every_rule_is_among_the_operations():
    """The operations above make nodes of every name that has a rule, in graphs of first and second order."""
    met = set()
    for function, shapes in OPERATIONS.values():
        operands = [Tensor(array) for array in arrays_for(shapes, np.random.default_rng(0))]
        first = grad(function(*operands).sum(), operands, create_graph=True)
        stack = [*first, function(*operands)]
        while stack:
            node = stack.pop()
            met.add(node._op)  # noqa: SLF001 - a part of the handout's contract
            stack += node._prev  # noqa: SLF001 - as above

    assert met - {""} == RULES.keys()


@pytest.mark.parametrize(
    ("function", "derivatives"),
    [
        (lambda v: v**4, [4 * 8.0, 12 * 4.0, 24 * 2.0, 24.0, 0.0]),
        (lambda v: 1 / v, [-1 / 4, 2 / 8, -6 / 16, 24 / 32]),
        (lambda v: v / 4, [1 / 4, 0.0, 0.0]),
        (lambda v: v.exp() * v, [3 * math.e**2, 4 * math.e**2, 5 * math.e**2]),
        (lambda v: v.log(), [1 / 2, -1 / 4, 2 / 8]),
        (lambda v: (2.5 - v) * (v - 1), [-0.5, -2.0, 0.0]),
        (lambda v: (v * v).relu(), [4.0, 2.0, 0.0]),
        (lambda v: -(v**0.5), [-(2**-0.5) / 2, 2**-1.5 / 4, -3 * 2**-2.5 / 8]),
    ],
    ids=["power", "reciprocal", "quotient", "exp", "log", "quadratic", "relu", "root"],
)
def test_derivatives_of_values(function, derivatives):
    """Derivatives of the first orders of a Value equal the closed forms at 2."""
    found = [nth_derivative(function, 2.0, order) for order in range(1, len(derivatives) + 1)]

    assert found == pytest.approx(derivatives)


def test_the_third_derivative_of_tanh():
    """The third derivative of tanh is -2 (1 - t^2)(1 - 3 t^2) with t = tanh x."""
    t = math.tanh(0.3)

    found = nth_derivative(lambda v: v.tanh(), 0.3, 3)

    assert found == pytest.approx(-2 * (1 - t * t) * (1 - 3 * t * t))


def test_mixed_derivatives_do_not_depend_on_the_order():
    """Of exp(x y) / y the derivative by x and then y is the one by y and then x."""
    x, y = Value(0.7), Value(1.3)
    z = (x * y).exp() / y

    by_x, by_y = grad(z, [x, y], create_graph=True)
    by_x_then_y, by_y_then_x = grad(by_x, [y])[0], grad(by_y, [x])[0]

    assert by_x_then_y == pytest.approx(by_y_then_x)
    assert by_x_then_y == pytest.approx(0.7 * math.exp(0.7 * 1.3))


def test_the_hessian_of_a_network():
    """The gradient of (gradient . v) equals a difference of gradients, through all parts of a network."""
    rng = np.random.default_rng(0)
    x, bias, v, start = (rng.normal(size=shape) for shape in [(5, 3), 4, (3, 4), (3, 4)])

    def gradient(weights, **options):
        w = Tensor(weights)
        loss = ((x @ w + bias).tanh().exp().sum(axis=1) / (w * w).mean(axis=0).max()).log().sum()
        return w, grad(loss, [w], **options)[0]

    w, first = gradient(start, create_graph=True)
    product = grad((first * v).sum(), [w])[0]

    difference = (gradient(start + 1e-6 * v)[1] - gradient(start - 1e-6 * v)[1]) / 2e-6
    np.testing.assert_allclose(product, difference, rtol=1e-5, atol=1e-7)


def test_grad_leaves_every_gradient_alone():
    """grad(...) returns gradients and changes no .grad; an input that is not reached gets zero."""
    x, other = Tensor([1.0, 2.0]), Tensor([3.0])

    found = grad((x * x).sum(), [x, other])

    np.testing.assert_array_equal(found[0], [2.0, 4.0])
    np.testing.assert_array_equal(found[1], [0.0])
    assert not x.grad.any()


def test_equal_maxima_share_the_gradient():
    """Where two numbers are the maximum each gets half of its gradient, also in the second derivative."""
    x = Tensor([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]])

    first = grad((x.max(axis=1) ** 2).sum(), [x], create_graph=True)[0]
    second = grad(first.sum(), [x])[0]

    np.testing.assert_allclose(first.data, [[0, 3, 3], [4, 0, 0]])
    np.testing.assert_allclose(second, [[0, 1, 1], [2, 0, 0]])
