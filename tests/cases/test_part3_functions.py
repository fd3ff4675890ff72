"""Part 3, ReLU, exp and log.

Every test draws its numbers. The examples of the handout are checked beside them.
"""

import math

from tests import adapters
from tests.cases.checks import assert_close, assert_operands, assert_operation
from tests.cases.reading import value_data
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
