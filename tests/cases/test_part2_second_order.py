"""Part 2, gradients of gradients.

Every test draws its numbers. The examples of the handout are checked beside them.
"""

import functools
import operator

from tests import adapters
from tests.cases.checks import assert_close
from tests.cases.drawn_graphs import MANY
from tests.cases.scalars import assert_gradient, signed, values

EXACT = {"rtol": 1e-12, "atol": 0}  # derived by rules, not estimated by differences of gradients


class TestGradOfGrad:
    """Problem grad_of_grad (bonus): first derivatives, then derivatives of those, by parts 1 and 2 alone."""

    def test_first_derivative_of_a_square(self, rng, worked_example):
        """The gradient of a * a at a = 2 is 2a = 4.0, and it is 2a elsewhere."""
        (number,) = signed(rng, 1)

        with worked_example():
            a = adapters.create_value(2.0)
            adapters.run_backward(a * a)
            assert_gradient(a, 4.0)

        a = adapters.create_value(number)
        adapters.run_backward(a * a)
        assert_gradient(a, 2 * number)

    def test_first_derivative_of_a_cube(self, rng):
        """The gradient of x ** 3 is 3x**2."""
        (number,) = signed(rng, 1, 1.5)
        x = adapters.create_value(number)

        adapters.run_backward(adapters.run_pow(x, 3))

        assert_gradient(x, 3 * number**2)

    def test_first_derivative_of_a_quotient(self, rng):
        """The gradient of 2 / (x + 3) is -2 / (x + 3)**2."""
        number, divided, summand = rng.uniform(2, 9, size=3).tolist()
        x, two = values(number, divided)

        adapters.run_backward(two / (x + summand))

        assert_gradient(x, -divided / (number + summand) ** 2)

    def test_first_derivative_of_a_power_of_a_sum(self, rng):
        """The gradient of (2x + 3) ** 4 is 8 * (2x + 3) ** 3."""
        number, factor, summand = rng.uniform(1, 3, size=3).tolist()
        x = adapters.create_value(number)

        adapters.run_backward((x * factor + summand) ** 4)

        assert_gradient(x, 4 * factor * (number * factor + summand) ** 3)

    def test_first_derivative_with_a_reused_node(self, rng):
        """The gradient of (2 * s) * (s + 3) with s = x * x is (4s + 6) * 2x."""
        number, factor, summand = rng.uniform(2, 9, size=3).tolist()
        x = adapters.create_value(number)
        s = x * x

        adapters.run_backward((s * factor) * (s + summand))

        assert_gradient(x, factor * (2 * number**2 + summand) * 2 * number)

    def test_second_derivative_of_a_cube(self, rng):
        """The second derivative of x ** 3 is 6x."""
        (number,) = signed(rng, 1)

        second = adapters.run_second_derivative(lambda x: adapters.run_pow(x, 3), number)

        assert_close(second, 6 * number, **EXACT)

    def test_second_derivative_of_a_reciprocal(self, rng):
        """The second derivative of 2 * (x + 3) ** -1 is 4 / (x + 3)**3."""
        number, factor, summand = rng.uniform(2, 9, size=3).tolist()

        second = adapters.run_second_derivative(lambda x: (x + summand) ** -1 * factor, number)

        assert_close(second, 2 * factor / (number + summand) ** 3, **EXACT)

    def test_second_derivative_of_a_power_of_a_sum(self, rng):
        """The second derivative of (2x + 3) ** 4 is 48 * (2x + 3) ** 2."""
        number, factor, summand = rng.uniform(1, 3, size=3).tolist()

        second = adapters.run_second_derivative(lambda x: (x * factor + summand) ** 4, number)

        assert_close(second, 12 * factor**2 * (number * factor + summand) ** 2, **EXACT)

    def test_second_derivative_of_a_difference(self, rng):
        """The second derivative of -(x**3 / 5 - 2) is -6x / 5."""
        number, factor, divisor = rng.uniform(2, 9, size=3).tolist()

        second = adapters.run_second_derivative(lambda x: -(x**3 / divisor - factor), number)

        assert_close(second, -6 * number / divisor, **EXACT)

    def test_second_derivative_of_products(self, rng):
        """Both factors of (2x) * (3x) have constant slopes, yet the second derivative is 12, not 0."""
        pairs = rng.uniform(0.5, 1.5, size=(MANY, 2)).tolist()

        def function(x):
            return functools.reduce(operator.add, ((x * a) * (x * b) for a, b in pairs))

        second = adapters.run_second_derivative(function, rng.uniform(2, 9))

        assert_close(second, 2 * sum(a * b for a, b in pairs), **EXACT)
