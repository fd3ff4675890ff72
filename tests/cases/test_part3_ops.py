"""Part 3, more operations: ReLU, exp, log and tanh, and expressions that combine them.

Every test draws its numbers. The examples of the handout are checked beside them.
"""

import math

import numpy as np

from tests import adapters
from tests.cases.checks import TINY, assert_close, assert_operands, assert_operation
from tests.cases.drawn_graphs import MANY
from tests.cases.own_sweep import pull_back
from tests.cases.reading import value_data, value_grad
from tests.cases.scalars import assert_gradient, signed, values


class TestReLU:
    """Problem relu."""

    def test_a_negative_value_becomes_zero(self, rng, worked_example):
        """relu(-3) is 0 and relu(3) is 3: a negative number becomes 0, a positive one stays."""
        x, y = rng.uniform(0.1, 9, size=2).tolist()

        with worked_example():
            negative, positive = values(-3.0, 3.0)
            assert_close(value_data(adapters.run_relu(negative)), 0.0)
            assert_close(value_data(adapters.run_relu(positive)), 3.0)

        negative, positive = values(-x, y)
        assert_close(value_data(negative.relu()), 0.0)
        assert_close(value_data(positive.relu()), y)

    def test_the_gradient_passes_where_the_value_is_positive(self, rng):
        """At a positive number, however small, relu is that number and its gradient is 1."""
        x, gradient = rng.uniform([1e-4, 2], [1e-3, 9]).tolist()
        a = adapters.create_value(x)
        b = adapters.run_relu(a)

        b.grad = gradient
        b._backward()

        assert_close(value_data(b), x)
        assert_gradient(a, gradient)

    def test_the_gradient_stops_where_the_value_is_negative(self, rng):
        """The gradient of relu at -3 is 0, and the present a.grad stays."""
        x, before, gradient = rng.uniform(0.1, 9, size=3).tolist()
        a = adapters.create_value(-x)
        a.grad = before
        b = adapters.run_relu(a)

        b.grad = gradient
        b._backward()

        assert_gradient(a, before)

    def test_at_exactly_zero_value_and_gradient_are_zero(self, rng):
        """relu(0) is 0 and its gradient is 0, not 1: in relu(0) + relu(3) only the 3 has a gradient."""
        x = rng.uniform(2, 9)
        zero, a = values(0.0, x)
        total = adapters.run_relu(zero) + adapters.run_relu(a)

        adapters.run_backward(total)

        assert_close(value_data(total), x)
        assert_gradient(zero, 0.0)
        assert_gradient(a, 1.0)

    def test_it_adds_to_a_gradient_that_is_there(self, rng):
        """b._backward() adds to a.grad, it does not overwrite it."""
        x, before, gradient = rng.uniform(2, 9, size=3).tolist()
        a = adapters.create_value(x)
        a.grad = before
        b = adapters.run_relu(a)

        b.grad = gradient
        b._backward()

        assert_gradient(a, before + gradient)

    def test_it_is_a_new_node_that_records_its_origin(self, rng):
        """The node b = relu(a) has a in its _prev and a name as _op, also when the data stays the same."""
        x = rng.uniform(2, 9)
        a = adapters.create_value(x)

        b = adapters.run_relu(a)

        assert_operands(b, a, number=1.0)  # which relu multiplies by, where it is built that way
        assert_operation(b)
        assert_close(value_data(a), x)


class TestExp:
    """Problem exp."""

    def test_the_value_of_the_handout(self, rng, worked_example):
        """exp(2) is e**2, about 7.389, and exp of any number is e to the power of that."""
        x = rng.uniform(0.5, 3)

        with worked_example():
            assert_close(value_data(adapters.create_value(2.0).exp()), math.exp(2.0))

        assert_close(value_data(adapters.run_exp(adapters.create_value(x))), math.exp(x))

    def test_zero_and_negative_values(self, rng):
        """exp(0) is 1, exp(-1) is 1/e, and far below zero exp is 0."""
        x, y = rng.uniform([0.5, 800], [3, 2_000]).tolist()
        zero, negative, far = values(0, -x, -y)

        assert_close(value_data(adapters.run_exp(zero)), 1.0)
        assert_close(value_data(adapters.run_exp(negative)), math.exp(-x))
        assert_close(value_data(adapters.run_exp(far)), 0.0)

    def test_the_gradient_is_the_value_itself(self, rng):
        """The gradient of exp(a) is exp(a), also where a is negative."""
        x, y = rng.uniform([1.2, -3], [3, -0.5]).tolist()
        a, b = values(x, y)

        adapters.run_backward(adapters.run_exp(a))
        adapters.run_backward(adapters.run_exp(b))

        assert_gradient(a, math.exp(x))
        assert_gradient(b, math.exp(y))

    def test_it_uses_and_adds_to_gradients(self, rng):
        """After b = exp(a), b._backward() adds b.grad * exp(a) to the present a.grad."""
        x, before, gradient = rng.uniform([-1.5, 2, 2], [-0.5, 9, 9]).tolist()
        a = adapters.create_value(x)
        a.grad = before
        b = adapters.run_exp(a)

        b.grad = gradient
        b._backward()

        assert_gradient(a, before + gradient * math.exp(x))

    def test_the_chain_rule_reaches_through(self, rng):
        """The gradient of exp(3 * a) is 3 * exp(3 * a)."""
        x, factor = rng.uniform([0.2, 2], [0.6, 4]).tolist()
        a = adapters.create_value(x)

        adapters.run_backward(adapters.run_exp(factor * a))

        assert_gradient(a, factor * math.exp(factor * x))

    def test_it_is_a_new_node_that_records_its_origin(self, rng):
        """The node b = exp(a) has _prev = {a}, a name as _op, and leaves a as it is."""
        (x,) = signed(rng, 1, 0.5, 3)
        a = adapters.create_value(x)

        b = adapters.run_exp(a)

        assert_operands(b, a)
        assert_operation(b)
        assert_close(value_data(a), x)


class TestLog:
    """Problem log."""

    def test_the_value_of_the_handout(self, rng, worked_example):
        """log(2) is the natural logarithm, about 0.693, and so it is for any positive number."""
        x = rng.uniform(2, 9)

        with worked_example():
            assert_close(value_data(adapters.create_value(2.0).log()), math.log(2.0))

        assert_close(value_data(adapters.run_log(adapters.create_value(x))), math.log(x))

    def test_one_fractions_and_numbers_near_zero(self, rng):
        """log(1) is 0, log(0.5) is negative, and log(1e-300) is about -690.8, not infinite."""
        fraction, digits = rng.uniform([0.2, 2], [0.6, 9]).tolist()
        one, half, tiny = values(1, fraction, digits * 1e-300)

        assert_close(value_data(adapters.run_log(one)), 0.0)
        assert_close(value_data(adapters.run_log(half)), math.log(fraction))
        assert_close(value_data(adapters.run_log(tiny)), math.log(digits * 1e-300))

    def test_the_gradient_is_the_reciprocal(self, rng):
        """The gradient of log(a) is 1/a, for large and for tiny numbers."""
        x, y = rng.uniform(3, 9, size=2).tolist()
        a, b = values(x, y * 1e-300)

        adapters.run_backward(adapters.run_log(a))
        adapters.run_backward(adapters.run_log(b))

        assert_gradient(a, 1 / x)
        assert_gradient(b, 1 / (y * 1e-300))

    def test_it_uses_and_adds_to_gradients(self, rng):
        """After b = log(a), b._backward() adds b.grad / a to the present a.grad."""
        x, before, gradient = rng.uniform(3, 9, size=3).tolist()
        a = adapters.create_value(x)
        a.grad = before
        b = adapters.run_log(a)

        b.grad = gradient
        b._backward()

        assert_gradient(a, before + gradient / x)

    def test_it_undoes_exp(self, rng):
        """log(exp(a)) is a again, and its gradient is 1."""
        (x,) = signed(rng, 1, 0.5, 3)
        a = adapters.create_value(x)
        b = adapters.run_log(adapters.run_exp(a))

        adapters.run_backward(b)

        assert_close(value_data(b), x)
        assert_gradient(a, 1.0)

    def test_it_is_a_new_node_that_records_its_origin(self, rng):
        """The node b = log(a) has _prev = {a}, a name as _op, and leaves a as it is."""
        x = rng.uniform(2, 9)
        a = adapters.create_value(x)

        b = adapters.run_log(a)

        assert_operands(b, a)
        assert_operation(b)
        assert_close(value_data(a), x)


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
