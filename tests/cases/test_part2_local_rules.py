"""Part 2, the rule of each operation in the backward pass.

Every test draws its numbers. The examples of the handout are checked beside them.
"""

import pytest

from tests import adapters
from tests.cases.checks import assert_close
from tests.cases.own_sweep import pull_back
from tests.cases.reading import value_data
from tests.cases.scalars import assert_gradient, signed, values, whole


def _run_local_rule(node, gradient):
    """Give `node` the upstream `gradient` and let it pass that on to its operands, one step only."""
    node.grad = gradient
    node._backward()


class TestBackwardAdd:
    """Problem backward_add."""

    def test_backward_add_gives_both_operands_the_upstream_gradient(self, rng):
        """After c = a + b, c._backward() gives a.grad and b.grad the number of c.grad."""
        x, y, gradient = signed(rng, 3)
        a, b = values(x, y)
        c = adapters.run_add(a, b)

        _run_local_rule(c, gradient)

        assert_gradient(a, gradient)
        assert_gradient(b, gradient)

    def test_backward_add_adds_to_gradients_that_are_there(self, rng):
        """c._backward() adds to a.grad and b.grad, it does not overwrite them."""
        x, y, gradient = signed(rng, 3)
        before, other = rng.uniform([2, -9], [9, -2]).tolist()
        a, b = values(x, y)
        a.grad = before
        b.grad = other
        c = adapters.run_add(a, b)

        _run_local_rule(c, gradient)

        assert_gradient(a, before + gradient)
        assert_gradient(b, other + gradient)

    def test_backward_add_counts_both_uses_in_a_plus_a(self, rng):
        """In c = a + a the gradient reaches a twice: c.grad = 4 makes a.grad 8."""
        x, gradient = signed(rng, 2)
        a = adapters.create_value(x)
        c = adapters.run_add(a, a)

        _run_local_rule(c, gradient)

        assert_gradient(a, 2 * gradient)

    def test_backward_add_works_with_a_number_on_either_side(self, rng):
        """Both a + 3 and 3 + b pass the gradient on to the Value."""
        x, y, first, second = signed(rng, 4)
        n = whole(rng)
        a, b = values(x, y)

        _run_local_rule(a + n, first)
        _run_local_rule(n + b, second)

        assert_gradient(a, first)
        assert_gradient(b, second)


class TestBackwardMul:
    """Problem backward_mul."""

    def test_each_factor_gets_the_gradient_times_the_other(self, rng):
        """After c = a * b, c._backward() makes a.grad = c.grad * b.data and b.grad = c.grad * a.data."""
        x, y, gradient = signed(rng, 3)
        a, b = values(x, y)
        c = adapters.run_mul(a, b)

        _run_local_rule(c, gradient)

        assert_gradient(a, gradient * y)
        assert_gradient(b, gradient * x)

    def test_it_adds_to_gradients_that_are_there(self, rng):
        """c._backward() adds to a.grad and b.grad, it does not overwrite them."""
        x, y, gradient = signed(rng, 3)
        before, other = rng.uniform([2, -9], [9, -2]).tolist()
        a, b = values(x, y)
        a.grad = before
        b.grad = other
        c = adapters.run_mul(a, b)

        _run_local_rule(c, gradient)

        assert_gradient(a, before + gradient * y)
        assert_gradient(b, other + gradient * x)

    def test_a_times_a_counts_both_uses(self, rng):
        """In c = a * a the gradient reaches a twice, so a.grad is c.grad * 2a."""
        x, gradient = signed(rng, 2)
        a = adapters.create_value(x)
        c = adapters.run_mul(a, a)

        _run_local_rule(c, gradient)

        assert_gradient(a, gradient * 2 * x)

    def test_it_works_with_a_number_on_either_side(self, rng):
        """Both a * 3 and 3 * b pass three times the gradient on to the Value."""
        x, y, first, second = signed(rng, 4)
        n = whole(rng)
        a, b = values(x, y)

        _run_local_rule(a * n, first)
        _run_local_rule(n * b, second)

        assert_gradient(a, n * first)
        assert_gradient(b, n * second)


class TestBackwardOps:
    """Problem backward_ops: nothing here needs backward(), which comes next."""

    def test_negation_flips_the_gradient(self, rng):
        """The gradient of -a is -1, times the gradient from above."""
        x, upstream = signed(rng, 2)
        a = adapters.create_value(x)

        pull_back(adapters.run_neg(a), upstream)

        assert_gradient(a, -upstream)

    def test_subtraction_gives_plus_and_minus_the_gradient(self, rng):
        """The gradient of a - b is 1 for a and -1 for b, times the gradient from above."""
        x, y, upstream = signed(rng, 3)
        a, b = values(x, y)

        pull_back(adapters.run_sub(a, b), upstream)

        assert_gradient(a, upstream)
        assert_gradient(b, -upstream)

    def test_subtraction_works_with_a_number_on_either_side(self, rng):
        """The gradient of a - 3 is 1, that of 3 - b is -1, times the gradient from above."""
        x, y, first, second = signed(rng, 4)
        n = whole(rng)
        a, b = values(x, y)
        difference = n - b

        pull_back(a - n, first)
        pull_back(difference, second)

        assert_close(value_data(difference), n - y)
        assert_gradient(a, first)
        assert_gradient(b, -second)

    @pytest.mark.parametrize(
        ("low", "high", "exponent"),
        [(-3.0, -1.5, 2), (2.0, 9.0, 0.5), (1.5, 3.0, -1), (-9.0, -2.0, 1)],
        ids=["negative base", "square root", "reciprocal", "first power"],
    )
    def test_the_gradient_of_a_power(self, rng, low, high, exponent):
        """The gradient of a ** n is n * a ** (n - 1), times the gradient from above."""
        x, upstream = rng.uniform([low, 2], [high, 9]).tolist()
        a = adapters.create_value(x)

        pull_back(adapters.run_pow(a, exponent), upstream)

        assert_gradient(a, upstream * exponent * x ** (exponent - 1))

    def test_where_the_gradient_of_a_power_is_zero(self, rng):
        """The gradient of a ** 2 is 0 at a = 0, without a division by a, and that of a ** 0 is always 0."""
        x, upstream = signed(rng, 2)
        a, b = values(0.0, x)

        pull_back(adapters.run_pow(a, 2) + adapters.run_pow(b, 2) + adapters.run_pow(b, 0), upstream)

        assert_gradient(a, 0.0)
        assert_gradient(b, upstream * 2 * x)

    def test_the_rule_of_a_power_uses_and_adds_to_gradients(self, rng):
        """After c = a ** 3, c._backward() adds c.grad * 3a**2 to the present a.grad."""
        x, gradient, before = rng.uniform(1.5, 3, size=3).tolist()
        a = adapters.create_value(-x)
        a.grad = before
        c = adapters.run_pow(a, 3)

        _run_local_rule(c, gradient)

        assert_gradient(a, before + gradient * 3 * x**2)

    def test_division_gives_both_operands_their_gradient(self, rng):
        """The gradient of a / b is 1/b for a and -a/b**2 for b, times the gradient from above."""
        x, y, upstream = signed(rng, 3)
        a, b = values(x, y)

        pull_back(adapters.run_div(a, b), upstream)

        assert_gradient(a, upstream / y)
        assert_gradient(b, -upstream * x / y**2)

    def test_division_works_with_a_number_on_either_side(self, rng):
        """The gradient of a / 4 is 1/4, that of 3 / b is -3/b**2, times the gradient from above."""
        x, y, divisor, divided, upstream = signed(rng, 5)
        a, b = values(x, y)

        pull_back(a / divisor, upstream)
        pull_back(divided / b, upstream)

        assert_gradient(a, upstream / divisor)
        assert_gradient(b, -upstream * divided / y**2)
