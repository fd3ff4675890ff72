"""Part 3, more operations: ReLU, exp, log and tanh, and expressions that combine them."""

import math

import numpy as np

from tests import adapters
from tests.cases.checks import assert_close, assert_equal, numeric_gradient

NUMERIC = {"rtol": 1e-5, "atol": 1e-7}  # finite differences are no more exact than this


def _values(*numbers):
    """Return one fresh Value per number."""
    return [adapters.create_value(number) for number in numbers]


def _assert_gradient(value, expected, **tolerance):
    """Fail unless the gradient of `value` is `expected`."""
    assert_close(adapters.get_value_grad(value), expected, **tolerance)


def _assert_records(node, operand):
    """Fail unless `operand` itself is among `node._prev` and the operation has a name, whichever."""
    found = any(child is operand for child in node._prev)
    operation = node._op
    assert found, "_prev does not hold the operand that this node was made from"
    assert isinstance(operation, str), "_op should be a string"
    assert operation, "_op is empty, so the node does not say how it was made"


class TestReLU:
    """Problem relu."""

    def test_a_negative_value_becomes_zero(self):
        """relu(-3) is 0."""
        a = adapters.create_value(-3.0)

        assert_close(adapters.get_value_data(adapters.run_relu(a)), 0.0)
        assert_close(adapters.get_value_data(a.relu()), 0.0)

    def test_a_positive_value_stays(self):
        """relu(3) is 3."""
        a = adapters.create_value(3.0)

        assert_close(adapters.get_value_data(adapters.run_relu(a)), 3.0)
        assert_close(adapters.get_value_data(a.relu()), 3.0)

    def test_the_gradient_passes_where_the_value_is_positive(self):
        """The gradient of relu is 1 at a positive number, however small, times what comes from above."""
        a = adapters.create_value(0.001)
        b = adapters.run_relu(a)

        b.grad = 4.0
        b._backward()

        _assert_gradient(a, 4.0)

    def test_the_gradient_stops_where_the_value_is_negative(self):
        """The gradient of relu at -3 is 0, and what a.grad already is stays."""
        a = adapters.create_value(-3.0)
        a.grad = 5.0
        b = adapters.run_relu(a)

        b.grad = 4.0
        b._backward()

        _assert_gradient(a, 5.0)

    def test_at_exactly_zero_value_and_gradient_are_zero(self):
        """relu(0) is 0 and its gradient is 0, not 1."""
        a = adapters.create_value(0.0)
        b = adapters.run_relu(a)

        adapters.run_backward(b)

        assert_close(adapters.get_value_data(b), 0.0)
        _assert_gradient(a, 0.0)

    def test_it_adds_to_a_gradient_that_is_there(self):
        """b._backward() adds to a.grad, it does not overwrite it."""
        a = adapters.create_value(3.0)
        a.grad = 5.0
        b = adapters.run_relu(a)

        b.grad = 4.0
        b._backward()

        _assert_gradient(a, 9.0)

    def test_it_is_a_new_node_that_records_its_origin(self):
        """The node b = relu(a) has a in its _prev and _op 'relu', also when the data stays the same."""
        a = adapters.create_value(3.0)

        b = adapters.run_relu(a)

        _assert_records(b, a)
        assert_equal(b._op, "relu")
        assert_close(adapters.get_value_data(a), 3.0)


class TestExp:
    """Problem exp."""

    def test_the_value_of_the_handout(self):
        """exp(2) is e**2, about 7.389."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(adapters.run_exp(a)), math.exp(2.0))
        assert_close(adapters.get_value_data(a.exp()), math.exp(2.0))

    def test_zero_and_negative_values(self):
        """exp(0) is 1, exp(-1) is 1/e, and far below zero exp is 0."""
        zero, negative, far = _values(0, -1.0, -1000.0)

        assert_close(adapters.get_value_data(adapters.run_exp(zero)), 1.0)
        assert_close(adapters.get_value_data(adapters.run_exp(negative)), 1 / math.e)
        assert_close(adapters.get_value_data(adapters.run_exp(far)), 0.0)

    def test_the_gradient_is_the_value_itself(self):
        """The gradient of exp(a) is exp(a), also where a is negative."""
        a, b = _values(2.0, -1.5)

        adapters.run_backward(adapters.run_exp(a))
        adapters.run_backward(adapters.run_exp(b))

        _assert_gradient(a, math.exp(2.0))
        _assert_gradient(b, math.exp(-1.5))

    def test_it_uses_and_adds_to_gradients(self):
        """After b = exp(a), b._backward() adds b.grad * exp(a) to what a.grad already is."""
        a = adapters.create_value(0.5)
        a.grad = 5.0
        b = adapters.run_exp(a)

        b.grad = 4.0
        b._backward()

        _assert_gradient(a, 5.0 + 4.0 * math.exp(0.5))

    def test_the_chain_rule_reaches_through(self):
        """The gradient of exp(3 * a) is 3 * exp(3 * a)."""
        a = adapters.create_value(0.25)

        adapters.run_backward(adapters.run_exp(3 * a))

        _assert_gradient(a, 3 * math.exp(0.75))

    def test_it_is_a_new_node_that_records_its_origin(self):
        """The node b = exp(a) has a in its _prev, a name as _op, and leaves a as it is."""
        a = adapters.create_value(2.0)

        b = adapters.run_exp(a)

        _assert_records(b, a)
        assert_close(adapters.get_value_data(a), 2.0)


class TestLog:
    """Problem log."""

    def test_the_value_of_the_handout(self):
        """log(2) is the natural logarithm, about 0.693."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(adapters.run_log(a)), math.log(2.0))
        assert_close(adapters.get_value_data(a.log()), math.log(2.0))

    def test_one_fractions_and_numbers_near_zero(self):
        """log(1) is 0, log(0.5) is negative, and log(1e-300) is about -690.8, not infinite."""
        one, half, tiny = _values(1, 0.5, 1e-300)

        assert_close(adapters.get_value_data(adapters.run_log(one)), 0.0)
        assert_close(adapters.get_value_data(adapters.run_log(half)), -math.log(2.0))
        assert_close(adapters.get_value_data(adapters.run_log(tiny)), math.log(1e-300))

    def test_the_gradient_is_the_reciprocal(self):
        """The gradient of log(a) is 1/a, for large and for tiny numbers."""
        a, b = _values(4.0, 1e-300)

        adapters.run_backward(adapters.run_log(a))
        adapters.run_backward(adapters.run_log(b))

        _assert_gradient(a, 0.25)
        _assert_gradient(b, 1e300)

    def test_it_uses_and_adds_to_gradients(self):
        """After b = log(a), b._backward() adds b.grad / a to what a.grad already is."""
        a = adapters.create_value(8.0)
        a.grad = 5.0
        b = adapters.run_log(a)

        b.grad = 4.0
        b._backward()

        _assert_gradient(a, 5.5)

    def test_it_undoes_exp(self):
        """log(exp(a)) is a again, and its gradient is 1."""
        a = adapters.create_value(-2.5)
        b = adapters.run_log(adapters.run_exp(a))

        adapters.run_backward(b)

        assert_close(adapters.get_value_data(b), -2.5)
        _assert_gradient(a, 1.0)

    def test_it_is_a_new_node_that_records_its_origin(self):
        """The node b = log(a) has a in its _prev, a name as _op, and leaves a as it is."""
        a = adapters.create_value(2.0)

        b = adapters.run_log(a)

        _assert_records(b, a)
        assert_close(adapters.get_value_data(a), 2.0)


class TestTanh:
    """Problem tanh; as the handout allows tanh to be made of exp, no test looks at its _prev or _backward."""

    def test_the_value_of_the_handout(self):
        """tanh(1) is about 0.7616."""
        a = adapters.create_value(1.0)

        assert_close(adapters.get_value_data(adapters.run_tanh(a)), math.tanh(1.0))
        assert_close(adapters.get_value_data(a.tanh()), math.tanh(1.0))

    def test_zero_and_negative_values(self):
        """tanh(0) is 0, and tanh(-0.5) is -tanh(0.5)."""
        zero, negative = _values(0, -0.5)

        assert_close(adapters.get_value_data(adapters.run_tanh(zero)), 0.0)
        assert_close(adapters.get_value_data(adapters.run_tanh(negative)), -math.tanh(0.5))

    def test_far_from_zero_it_is_exactly_one(self):
        """tanh(800) is 1 and tanh(-800) is -1: exp(1600) is too large for a float, so do without it."""
        high, low = _values(800.0, -800.0)

        assert_close(adapters.get_value_data(adapters.run_tanh(high)), 1.0, rtol=0, atol=0)
        assert_close(adapters.get_value_data(adapters.run_tanh(low)), -1.0, rtol=0, atol=0)

    def test_far_from_zero_its_gradient_is_zero(self):
        """The gradient of tanh is 0 at 800 and at -800."""
        high, low = _values(800.0, -800.0)

        adapters.run_backward(adapters.run_tanh(high))
        adapters.run_backward(adapters.run_tanh(low))

        _assert_gradient(high, 0.0)
        _assert_gradient(low, 0.0)

    def test_the_gradient_is_one_minus_the_square(self):
        """The gradient of tanh(a) is 1 - tanh(a)**2: 1 at zero, less on either side."""
        zero, a = _values(0.0, -0.5)

        adapters.run_backward(adapters.run_tanh(zero))
        adapters.run_backward(adapters.run_tanh(a))

        _assert_gradient(zero, 1.0)
        _assert_gradient(a, 1 - math.tanh(0.5) ** 2)

    def test_it_uses_and_adds_to_gradients(self):
        """backward() on 4 * tanh(a) adds 4 * (1 - tanh(a)**2) to what a.grad already is."""
        a = adapters.create_value(1.0)
        a.grad = 5.0
        b = adapters.run_tanh(a) * 4

        adapters.run_backward(b)

        _assert_gradient(a, 5.0 + 4.0 * (1 - math.tanh(1.0) ** 2))

    def test_it_leaves_its_operand_as_it_is(self):
        """tanh(a) does not change a."""
        a = adapters.create_value(1.0)

        adapters.run_tanh(a)

        assert_close(adapters.get_value_data(a), 1.0)


class TestComplexExpr:
    """Problem complex_expr."""

    def test_the_value_of_the_handouts_expression(self):
        """With a = 2 and b = 3, tanh(relu(a*b + a**2) - b/a) is tanh(8.5)."""
        a, b = _values(2.0, 3.0)

        e = ((a * b + a**2).relu() - b / a).tanh()

        assert_close(adapters.get_value_data(e), math.tanh(8.5))

    def test_the_gradients_of_the_handouts_expression(self):
        """The gradients are (1 - tanh(8.5)**2) times b + 2a + b/a**2 = 7.75 for a, a - 1/a = 1.5 for b."""
        a, b = _values(2.0, 3.0)
        c = a * b + a**2
        d = c.relu() - b / a
        e = d.tanh()

        adapters.run_backward(e)

        slope = 1 - math.tanh(8.5) ** 2
        _assert_gradient(d, slope, rtol=1e-6, atol=0)
        _assert_gradient(a, 7.75 * slope, rtol=1e-6, atol=0)
        _assert_gradient(b, 1.5 * slope, rtol=1e-6, atol=0)

    def test_the_handouts_expression_where_relu_is_shut(self):
        """With a = 2 and b = -3, relu passes nothing on, so the gradients come from b/a alone."""
        a, b = _values(2.0, -3.0)
        e = ((a * b + a**2).relu() - b / a).tanh()

        adapters.run_backward(e)

        slope = 1 - math.tanh(1.5) ** 2
        assert_close(adapters.get_value_data(e), math.tanh(1.5))
        _assert_gradient(a, -0.75 * slope)
        _assert_gradient(b, -0.5 * slope)

    def test_a_sigmoid_built_from_exp(self):
        """The sigmoid s = 1 / (1 + exp(-x)) has the gradient s * (1 - s)."""
        x = adapters.create_value(-0.75)
        s = 1 / (1 + (-x).exp())

        adapters.run_backward(s)

        expected = 1 / (1 + math.exp(0.75))
        assert_close(adapters.get_value_data(s), expected)
        _assert_gradient(x, expected * (1 - expected))

    def test_a_cross_entropy_built_from_exp_and_log(self):
        """-log(exp(x) / (exp(x) + exp(y))) has the gradients p - 1 and 1 - p, where p is the fraction."""
        x, y = _values(1.5, -0.5)
        numerator = x.exp()
        loss = -((numerator / (numerator + y.exp())).log())

        adapters.run_backward(loss)

        p = 1 / (1 + math.exp(-2.0))
        assert_close(adapters.get_value_data(loss), -math.log(p))
        _assert_gradient(x, p - 1)
        _assert_gradient(y, 1 - p)

    def test_a_neuron_agrees_with_numeric_gradients(self, rng):
        """The gradients of tanh(w*x + v*z + b) are those of finite differences."""
        numbers = rng.uniform(0.4, 0.8, size=5)  # tanh is neither flat nor straight there
        w, x, v, z, b = inputs = _values(*numbers.tolist())
        output = (w * x + v * z + b).tanh()

        adapters.run_backward(output)

        expected = numeric_gradient(lambda p: np.tanh(p[0] * p[1] + p[2] * p[3] + p[4]), numbers)
        for value, gradient in zip(inputs, expected.tolist(), strict=True):
            _assert_gradient(value, gradient, **NUMERIC)

    def test_every_operation_at_once_agrees_with_numeric_gradients(self, rng):
        """An expression of every operation, with each input used many times, has the right gradients."""
        numbers = rng.uniform(0.5, 2.0, size=2)

        def by_numpy(point):
            a, b = point
            c = np.log(a * b + 3) - np.exp(-a / b)
            d = np.tanh(c - a) * c**2 + max(0.0, 2 * b + c)
            return 1 / d + d * a - b**-0.5

        a, b = _values(*numbers.tolist())
        c = (a * b + 3).log() - (-a / b).exp()
        d = (c - a).tanh() * c**2 + (2 * b + c).relu()
        output = 1 / d + d * a - b**-0.5
        adapters.run_backward(output)

        expected = numeric_gradient(by_numpy, numbers).tolist()
        assert_close(adapters.get_value_data(output), float(by_numpy(numbers)))
        _assert_gradient(a, expected[0], **NUMERIC)
        _assert_gradient(b, expected[1], **NUMERIC)
