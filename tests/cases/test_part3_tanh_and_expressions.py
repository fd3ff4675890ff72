"""Part 3, tanh, and expressions that combine operations.

Every test draws its numbers. The examples of the handout are checked beside them.
"""

import math

import numpy as np

from tests import adapters
from tests.cases.checks import TINY, assert_close
from tests.cases.drawn_graphs import MANY
from tests.cases.own_sweep import pull_back
from tests.cases.reading import value_data, value_grad
from tests.cases.scalars import assert_gradient, signed, values


class TestTanh:
    """Problem tanh; as the handout allows tanh to be made of exp, no test looks at its _prev or _backward.

    The drawn numbers are neither near 0, where tanh is straight, nor where it is flat, unless a test says so.
    Gradients are checked in many graphs: of a tanh that is made of exp, a wrong order is right by chance.
    """

    def test_the_value_of_the_handout(self, rng, worked_example):
        """tanh(1) is about 0.7616, and tanh of any number is right as well."""
        x = rng.uniform(0.4, 1.5)

        with worked_example():
            assert_close(value_data(adapters.create_value(1.0).tanh()), math.tanh(1.0))

        assert_close(value_data(adapters.run_tanh(adapters.create_value(x))), math.tanh(x))

    def test_zero_and_negative_values(self, rng):
        """tanh(0) is 0, and tanh(-0.5) is -tanh(0.5)."""
        x = rng.uniform(0.4, 1.5)
        zero, negative = values(0, -x)

        assert_close(value_data(adapters.run_tanh(zero)), 0.0)
        assert_close(value_data(adapters.run_tanh(negative)), -math.tanh(x))

    def test_far_from_zero_it_comes_close_to_one(self, rng):
        """tanh(12) is almost 1 and tanh(-12) almost -1, and the gradient there is almost 0."""
        x, y = rng.uniform(10, 14, size=2).tolist()
        high, low = values(x, -y)
        near, far = adapters.run_tanh(high), adapters.run_tanh(low)

        adapters.run_backward(near + far)

        assert_close(value_data(near), math.tanh(x))
        assert_close(value_data(far), -math.tanh(y))
        assert_gradient(high, 1 - math.tanh(x) ** 2)
        assert_gradient(low, 1 - math.tanh(y) ** 2)

    def test_the_gradient_is_one_minus_the_square(self, rng):
        """The gradient of tanh(a) is 1 - tanh(a)**2: 1 at zero, less on either side."""
        points = np.array([[0.0], *([x] for x in signed(rng, MANY, 0.4, 1.5))])

        _assert_agreement(rng, points, adapters.run_tanh, np.tanh)

    def test_it_uses_and_adds_to_gradients(self, rng):
        """After b = tanh(a), b's gradient times (1 - tanh(a)**2) is added to the present a.grad."""
        x, before, gradient = rng.uniform([0.4, 2, 2], [1.5, 9, 9]).tolist()
        a = adapters.create_value(x)
        a.grad = before

        pull_back(adapters.run_tanh(a), gradient)

        assert_gradient(a, before + gradient * (1 - math.tanh(x) ** 2))

    def test_it_leaves_its_operand_as_it_is(self, rng):
        """tanh(a) does not change a."""
        (x,) = signed(rng, 1, 0.4, 1.5)
        a = adapters.create_value(x)

        adapters.run_tanh(a)

        assert_close(value_data(a), x)


class TestComplexExpr:
    """Problem complex_expr.

    Each result in between has one use only: the order of the backward pass is the subject of part 2. But a
    tanh that is made of exp uses its operand twice, and a wrong order is right for some graphs by chance. So
    each test that takes the tanh of a result does so in many graphs.
    """

    def test_the_value_of_the_handouts_expression(self, rng, worked_example):
        """With a = 2 and b = 3, tanh(relu(a*b + a**2) - b/a) is tanh(8.5); other numbers do as well."""
        x, y = rng.uniform([0.7, 0.1], [1, 0.3]).tolist()

        with worked_example():
            a, b = values(2.0, 3.0)
            e = ((a * b + a**2).relu() - b / a).tanh()
            assert_close(value_data(e), math.tanh(8.5))

        a, b = values(x, y)
        e = ((a * b + a**2).relu() - b / a).tanh()
        assert_close(value_data(e), math.tanh(x * y + x**2 - y / x))

    def test_the_gradients_of_the_handouts_expression(self, rng, worked_example):
        """The gradients are (1 - e**2) times b + 2a + b/a**2 for a and a - 1/a for b; e is the result."""
        points = rng.uniform([0.7, 0.1], [0.9, 0.3], size=(MANY, 2))

        with worked_example():
            a, b = values(2.0, 3.0)
            d = (a * b + a**2).relu() - b / a
            adapters.run_backward(d.tanh())
            slope = 1 - math.tanh(8.5) ** 2
            assert_gradient(d, slope, rtol=1e-6, atol=0)
            assert_gradient(a, 7.75 * slope, rtol=1e-6, atol=0)
            assert_gradient(b, 1.5 * slope, rtol=1e-6, atol=0)

        _assert_agreement(
            rng,
            points,
            lambda a, b: ((a * b + a**2).relu() - b / a).tanh(),
            lambda x, y: np.tanh(x * y + x**2 - y / x),
        )

    def test_the_handouts_expression_where_relu_is_shut(self, rng):
        """Where relu is shut in tanh(relu(p*q + p**2) - b/a), a and b have gradients, and p has none."""
        x, ratio = rng.uniform([0.5, 1.2], [2, 1.8], size=(MANY, 2)).T
        points = np.stack([x, -x * ratio, x, -x * ratio], axis=1)

        _assert_agreement(
            rng,
            points,
            lambda p, q, a, b: ((p * q + p**2).relu() - b / a).tanh(),
            lambda p, q, a, b: np.tanh(-b / a),  # noqa: ARG005 - p and q have no part in it
        )

    def test_a_sigmoid_built_from_exp(self, rng):
        """The sigmoid s = 1 / (1 + exp(-x)) has the gradient s * (1 - s)."""
        (number,) = signed(rng, 1, 0.4, 1.5)
        x = adapters.create_value(number)
        s = 1 / (1 + (-x).exp())

        adapters.run_backward(s)

        expected = 1 / (1 + math.exp(-number))
        assert_close(value_data(s), expected)
        assert_gradient(x, expected * (1 - expected))

    def test_a_cross_entropy_built_from_exp_and_log(self, rng):
        """log(exp(y - x) + 1) has the gradients p - 1 and 1 - p, where p is 1 / (1 + exp(y - x))."""
        number, other = rng.uniform([0.4, -1.5], [1.5, -0.4]).tolist()
        x, y = values(number, other)
        loss = ((y - x).exp() + 1).log()

        adapters.run_backward(loss)

        p = 1 / (1 + math.exp(other - number))
        assert_close(value_data(loss), -math.log(p))
        assert_gradient(x, p - 1)
        assert_gradient(y, 1 - p)

    def test_every_operation_at_once_agrees_with_numeric_gradients(self, rng):
        """An expression of every operation, with each input used many times, has the right gradients."""
        points = rng.uniform(0.5, 2.0, size=(MANY, 2))

        def by_numpy(a, b):
            c = np.log(a * b + 3) - np.exp(-a / b)
            return 3 / np.tanh(c * 0.5) + (2 * b + a) ** 2 - b**-0.5

        def graph(a, b):
            c = (a * b + 3).log() - (-a / b).exp()
            return 3 / (c * 0.5).tanh() + (2 * b + a).relu() ** 2 - b**-0.5

        _assert_agreement(rng, points, graph, by_numpy)


def _assert_agreement(rng, points, graph, by_numpy):
    """Fail unless `graph` has the value and, by backward, the slopes of `by_numpy` at all `points`.

    Between the graphs lies a drawn number of other Values, so that no regular pattern of addresses decides
    all graphs alike.
    """
    inputs, outputs, others = [], [], []
    for point in points.tolist():
        inputs.append(values(*point))
        outputs.append(graph(*inputs[-1]))
        others += values(*point[: rng.integers(3)])
    for output in outputs:
        adapters.run_backward(output)
    for found, expected in zip(value_data.of_all(outputs), by_numpy(*points.T), strict=True):
        assert_close(found, float(expected))
    for number, direction in enumerate(np.eye(points.shape[1])):
        aside = by_numpy(*(points + TINY * direction).T)
        gradients = value_grad.of_all([row[number] for row in inputs])
        for found, expected in zip(gradients, aside.imag / TINY.imag, strict=True):
            assert_close(found, float(expected))
