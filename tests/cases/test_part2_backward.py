"""Part 2, the backward pass: the rule of each operation, their order in the graph, and what is added up."""

import math

import numpy as np
import pytest

from tests import adapters
from tests.cases.bulk import each, fold
from tests.cases.checks import assert_close, numeric_gradient

NUMERIC = {"rtol": 1e-5, "atol": 1e-7}  # finite differences are no more exact than this
EXACT = {"rtol": 1e-12, "atol": 0}  # derived by rules, not estimated by differences of gradients


def _values(*numbers):
    """Return one fresh Value per number."""
    return [adapters.create_value(number) for number in numbers]


def _run_local_rule(node, gradient):
    """Give `node` the upstream `gradient` and let it pass that on to its operands, one step only."""
    node.grad = gradient
    node._backward()


def _assert_gradient(value, expected, **tolerance):
    """Fail unless the gradient of `value` is `expected`."""
    assert_close(adapters.get_value_grad(value), expected, **tolerance)


class TestBackwardAdd:
    """Problem backward_add."""

    def test_backward_add_gives_both_operands_the_upstream_gradient(self):
        """After c = a + b and c.grad = 4, c._backward() makes a.grad and b.grad 4."""
        a, b = _values(2.0, 3.0)
        c = adapters.run_add(a, b)

        _run_local_rule(c, 4.0)

        _assert_gradient(a, 4.0)
        _assert_gradient(b, 4.0)

    def test_backward_add_adds_to_gradients_that_are_there(self):
        """c._backward() adds to a.grad and b.grad, it does not overwrite them."""
        a, b = _values(2.0, 3.0)
        a.grad = 5.0
        b.grad = -1.0
        c = adapters.run_add(a, b)

        _run_local_rule(c, 4.0)

        _assert_gradient(a, 9.0)
        _assert_gradient(b, 3.0)

    def test_backward_add_counts_both_uses_in_a_plus_a(self):
        """In c = a + a the gradient reaches a twice: c.grad = 4 makes a.grad 8."""
        a = adapters.create_value(3.0)
        c = adapters.run_add(a, a)

        _run_local_rule(c, 4.0)

        _assert_gradient(a, 8.0)

    def test_backward_add_works_with_a_number_on_either_side(self):
        """Both a + 3 and 3 + b pass the gradient on to the Value."""
        a, b = _values(2.0, 2.0)

        _run_local_rule(a + 3, 4.0)
        _run_local_rule(3 + b, 4.0)

        _assert_gradient(a, 4.0)
        _assert_gradient(b, 4.0)


class TestBackwardMul:
    """Problem backward_mul."""

    def test_each_factor_gets_the_gradient_times_the_other(self):
        """After c = a * b, c._backward() makes a.grad = c.grad * b.data and b.grad = c.grad * a.data."""
        a, b = _values(2.0, 3.0)
        c = adapters.run_mul(a, b)

        _run_local_rule(c, 4.0)

        _assert_gradient(a, 12.0)
        _assert_gradient(b, 8.0)

    def test_it_adds_to_gradients_that_are_there(self):
        """c._backward() adds to a.grad and b.grad, it does not overwrite them."""
        a, b = _values(2.0, 3.0)
        a.grad = 5.0
        b.grad = -1.0
        c = adapters.run_mul(a, b)

        _run_local_rule(c, 4.0)

        _assert_gradient(a, 17.0)
        _assert_gradient(b, 7.0)

    def test_a_times_a_counts_both_uses(self):
        """In c = a * a the gradient reaches a twice, so a.grad is c.grad * 2a."""
        a = adapters.create_value(3.0)
        c = adapters.run_mul(a, a)

        _run_local_rule(c, 4.0)

        _assert_gradient(a, 24.0)

    def test_it_works_with_a_number_on_either_side(self):
        """Both a * 3 and 3 * b pass three times the gradient on to the Value."""
        a, b = _values(2.0, 2.0)

        _run_local_rule(a * 3, 4.0)
        _run_local_rule(3 * b, 4.0)

        _assert_gradient(a, 12.0)
        _assert_gradient(b, 12.0)


class TestBackwardOps:
    """Problem backward_ops."""

    def test_negation_flips_the_gradient(self):
        """The gradient of -a is -1, times what comes from above."""
        a = adapters.create_value(5.0)

        adapters.run_backward(adapters.run_neg(a) * 4.0)

        _assert_gradient(a, -4.0)

    def test_subtraction_gives_plus_and_minus_the_gradient(self):
        """The gradient of a - b is 1 for a and -1 for b, times what comes from above."""
        a, b = _values(5.0, 3.0)

        adapters.run_backward(adapters.run_sub(a, b) * 4.0)

        _assert_gradient(a, 4.0)
        _assert_gradient(b, -4.0)

    def test_subtraction_works_with_a_number_on_either_side(self):
        """The gradient of a - 3 is 1, that of 3 - b is -1."""
        a, b = _values(2.0, 2.0)

        adapters.run_backward(a - 3)
        adapters.run_backward(3 - b)

        _assert_gradient(a, 1.0)
        _assert_gradient(b, -1.0)

    @pytest.mark.parametrize(
        ("base", "exponent", "expected"),
        [(2.0, 3, 12.0), (-3.0, 2, -6.0), (4.0, 0.5, 0.25), (2.0, -1, -0.25), (-2.5, 1, 1.0)],
        ids=["cube", "negative base", "square root", "reciprocal", "first power"],
    )
    def test_the_gradient_of_a_power(self, base, exponent, expected):
        """The gradient of a ** n is n * a ** (n - 1)."""
        a = adapters.create_value(base)

        adapters.run_backward(adapters.run_pow(a, exponent))

        _assert_gradient(a, expected)

    def test_the_gradient_of_a_square_at_zero_is_zero(self):
        """The gradient of a ** 2 + a at a = 0 is 1: the rule of a ** 2 must not divide by a."""
        a = adapters.create_value(0.0)

        adapters.run_backward(adapters.run_pow(a, 2) + a)

        _assert_gradient(a, 1.0)

    def test_the_rule_of_a_power_uses_and_adds_to_gradients(self):
        """After c = a ** 3, c._backward() adds c.grad * 3a**2 to what a.grad already is."""
        a = adapters.create_value(2.0)
        a.grad = 5.0
        c = adapters.run_pow(a, 3)

        _run_local_rule(c, 4.0)

        _assert_gradient(a, 53.0)

    def test_division_gives_both_operands_their_gradient(self):
        """The gradient of a / b is 1/b for a and -a/b**2 for b, times what comes from above."""
        a, b = _values(6.0, 2.0)

        adapters.run_backward(adapters.run_div(a, b) * 4.0)

        _assert_gradient(a, 2.0)
        _assert_gradient(b, -6.0)

    def test_division_works_with_a_number_on_either_side(self):
        """The gradient of a / 4 is 1/4, that of 3 / b is -3/b**2."""
        a, b = _values(2.0, 2.0)

        adapters.run_backward(a / 4)
        adapters.run_backward(3 / b)

        _assert_gradient(a, 0.25)
        _assert_gradient(b, -0.75)


class TestBackwardFull:
    """Problem backward_full."""

    def test_the_example_of_the_handout(self):
        """With a = 2 and b = 3, d = a * b + a, d.backward() gives a the gradient b + 1 = 4 and b 2."""
        a, b = _values(2.0, 3.0)
        c = a * b
        d = c + a

        d.backward()

        _assert_gradient(a, 4.0)
        _assert_gradient(b, 2.0)

    def test_the_output_has_gradient_one(self):
        """The output itself gets gradient 1.0, also when it is a Value that no operation made."""
        leaf, a, b = _values(7.0, 2.0, 3.0)
        c = a * b

        adapters.run_backward(c)
        adapters.run_backward(leaf)

        _assert_gradient(c, 1.0)
        _assert_gradient(leaf, 1.0)

    def test_values_in_between_get_gradients_too(self):
        """In d = (a + b) * e, the gradient of c = a + b is e, and can be read from c.grad."""
        a, b, e = _values(2.0, 3.0, -4.0)
        c = a + b
        d = c * e

        adapters.run_backward(d)

        _assert_gradient(c, -4.0)
        _assert_gradient(a, -4.0)

    def test_only_what_the_output_depends_on_gets_a_gradient(self):
        """backward() on c leaves alone what c does not depend on, also what was made from c."""
        a, b, unused = _values(2.0, 3.0, 4.0)
        c = a * b
        later = c * unused

        adapters.run_backward(c)

        _assert_gradient(a, 3.0)
        _assert_gradient(unused, 0.0)
        _assert_gradient(later, 0.0)

    def test_a_node_waits_for_both_sides_of_a_diamond(self):
        """In s = x*x, y = 2s + 3s, s must have both gradients before it passes any on to x."""
        x = adapters.create_value(3.0)
        s = x * x
        y = s * 2 + s * 3

        adapters.run_backward(y)

        _assert_gradient(s, 5.0)
        _assert_gradient(x, 30.0)

    def test_a_node_near_the_output_waits_for_its_longer_path(self):
        """In y = s + 2 * (3 * s), s is next to the output, but must wait for the longer way round."""
        x, z = _values(3.0, 3.0)
        s, r = x * x, z * z
        y = s + 2 * (3 * s)
        mirrored = (r * 3) * 2 + r

        adapters.run_backward(y)
        adapters.run_backward(mirrored)

        _assert_gradient(x, 42.0)
        _assert_gradient(z, 42.0)

    def test_an_operand_of_an_operand_waits_for_it(self):
        """In y = p * q, where q is made from p, p must wait for q, on whichever side q stands."""
        x, z = _values(3.0, 3.0)
        p, r = x * x, z * z
        y = p * (p + 1)
        mirrored = (r + 1) * r

        adapters.run_backward(y)
        adapters.run_backward(mirrored)

        _assert_gradient(x, 114.0)
        _assert_gradient(z, 114.0)

    def test_each_node_passes_its_gradient_on_once(self):
        """Doubling x ten times by s = s + s has gradient 2**10, though 1024 paths lead back to x."""
        x = adapters.create_value(0.5)
        s = x
        for _ in range(10):
            s = s + s

        adapters.run_backward(s)

        _assert_gradient(x, 1024.0)

    def test_values_with_equal_data_stay_apart(self):
        """Two Values that hold the same number are two nodes, each with its own gradient."""
        a, b = _values(2.0, 2.0)
        p, q = a + b, a * b
        y = (p * 3) + (q * 5)

        adapters.run_backward(y)

        _assert_gradient(p, 3.0)
        _assert_gradient(q, 5.0)
        _assert_gradient(a, 13.0)
        _assert_gradient(b, 13.0)

    def test_a_ladder_of_shared_nodes_agrees_with_numeric_gradients(self, rng):
        """When each step uses both results of the step before, finite differences give the same gradients."""
        numbers = rng.uniform(0.5, 1.5, size=2)

        def climb(point):
            p, q = point
            for _ in range(4):
                p, q = p * q + p, p - 0.5 * q
            return p * q

        a, b = _values(*numbers.tolist())
        adapters.run_backward(climb((a, b)))

        expected = numeric_gradient(climb, numbers).tolist()
        _assert_gradient(a, expected[0], **NUMERIC)
        _assert_gradient(b, expected[1], **NUMERIC)

    def test_a_chain_of_2000_operations(self):
        """backward() follows a chain of 2000 additions to its end without a RecursionError."""
        x = adapters.create_value(0.5)
        y = x
        for _ in range(2_000):
            y = y + x

        adapters.run_backward(y)

        _assert_gradient(x, 2_001.0)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """backward() visits each Value once: with 240 leaves it costs a few forward passes."""
        numbers = rng.uniform(0.5, 2.0, size=(120, 2))

        def forward():
            leaves = each(adapters.create_value, [[number] for number in numbers.ravel().tolist()])
            products = each(adapters.run_mul, list(zip(leaves[::2], leaves[1::2], strict=True)))
            total = fold(adapters.run_add, products)
            assert_close(adapters.get_value_data(total), numbers.prod(axis=1).sum())
            return leaves, total

        def backward(graph):
            leaves, total = graph
            adapters.run_backward(total)
            return each(adapters.get_value_grad, [[leaf] for leaf in leaves])

        gradients = backward_cost.measure(forward, backward)
        assert_close(np.array(gradients), numbers[:, ::-1].ravel())


class TestGradAccumulation:
    """Problem grad_accumulation."""

    def test_a_value_used_twice(self):
        """The gradient of a + a is 2.0, not 1.0."""
        a = adapters.create_value(3.0)
        b = a + a

        adapters.run_backward(b)

        _assert_gradient(a, 2.0)

    def test_a_value_used_three_times(self):
        """The gradient of a * a * a is 3a**2."""
        a = adapters.create_value(2.0)
        b = a * a * a

        adapters.run_backward(b)

        _assert_gradient(a, 12.0)

    def test_a_value_used_fifty_times(self):
        """The gradient of a*1 + a*2 + ... + a*50 is 1 + 2 + ... + 50 = 1275."""
        a = adapters.create_value(0.5)
        total = sum(a * weight for weight in range(1, 51))

        adapters.run_backward(total)

        _assert_gradient(a, 1275.0)

    def test_a_second_backward_adds_to_the_first(self):
        """Calling backward() twice on b = a * a leaves 4a, because nobody reset a.grad in between."""
        a = adapters.create_value(3.0)
        b = a * a

        adapters.run_backward(b)
        adapters.run_backward(b)

        _assert_gradient(a, 12.0)

    def test_two_outputs_add_up_in_a_shared_input(self):
        """After backward() on a * x and on a + z, a.grad is x + 1."""
        a, x, z = _values(2.0, 3.0, 4.0)
        first = a * x
        second = a + z

        adapters.run_backward(first)
        adapters.run_backward(second)

        _assert_gradient(a, 4.0)
        _assert_gradient(x, 2.0)
        _assert_gradient(z, 1.0)

    def test_a_gradient_reset_to_zero_starts_afresh(self):
        """Setting a.grad = 0.0 between two backward passes leaves the gradient of the second only."""
        a, x, z = _values(2.0, 3.0, 4.0)
        first = a * x
        second = a * z

        adapters.run_backward(first)
        a.grad = 0.0
        adapters.run_backward(second)

        _assert_gradient(a, 4.0)


class TestGradOfGrad:
    """Problem grad_of_grad (bonus): first derivatives, then derivatives of those."""

    def test_first_derivative_of_a_square(self):
        """The gradient of a * a at a = 2 is 2a = 4.0."""
        a = adapters.create_value(2.0)

        adapters.run_backward(a * a)

        _assert_gradient(a, 4.0)

    def test_first_derivative_of_a_cube(self):
        """The gradient of x ** 3 at x = 2 is 3x**2 = 12."""
        x = adapters.create_value(2.0)

        adapters.run_backward(adapters.run_pow(x, 3))

        _assert_gradient(x, 12.0)

    def test_first_derivative_of_tanh(self):
        """The gradient of tanh(x) is 1 - tanh(x)**2."""
        x = adapters.create_value(0.5)

        adapters.run_backward(adapters.run_tanh(x))

        _assert_gradient(x, 1 - math.tanh(0.5) ** 2)

    def test_first_derivative_of_exp_of_a_square(self):
        """The gradient of exp(x * x) is 2x * exp(x * x)."""
        x = adapters.create_value(0.75)

        adapters.run_backward(adapters.run_exp(x * x))

        _assert_gradient(x, 1.5 * math.exp(0.5625))

    def test_first_derivative_with_a_reused_node(self):
        """The gradient of s * (s + x) with s = log(x) is (2s + x) / x + s."""
        x = adapters.create_value(2.0)
        s = adapters.run_log(x)

        adapters.run_backward(s * (s + x))

        _assert_gradient(x, (2 * math.log(2.0) + 2.0) / 2.0 + math.log(2.0))

    def test_second_derivative_of_a_cube(self):
        """The second derivative of x ** 3 at x = 3 is 6x = 18."""
        second = adapters.run_second_derivative(lambda x: adapters.run_pow(x, 3), 3.0)

        assert_close(second, 18.0, **EXACT)

    def test_second_derivative_of_tanh(self):
        """The second derivative of t = tanh(x) is -2t * (1 - t**2)."""
        t = math.tanh(0.5)

        second = adapters.run_second_derivative(adapters.run_tanh, 0.5)

        assert_close(second, -2 * t * (1 - t**2), **EXACT)

    def test_second_derivative_of_exp_of_a_square(self):
        """The second derivative of exp(x * x) is (2 + 4x**2) * exp(x * x)."""
        second = adapters.run_second_derivative(lambda x: adapters.run_exp(x * x), 0.75)

        assert_close(second, 4.25 * math.exp(0.5625), **EXACT)

    def test_second_derivative_with_a_reused_node(self):
        """The second derivative of s * (s + x) with s = log(x) is 2(1 - s) / x**2 + 1 / x."""

        def function(x):
            s = adapters.run_log(x)
            return s * (s + x)

        second = adapters.run_second_derivative(function, 2.0)

        assert_close(second, (1 - math.log(2.0)) / 2 + 0.5, **EXACT)

    def test_second_derivative_of_factors_with_constant_slope(self):
        """The factors of relu(3x) * (x/2 - 1) have constant slopes, yet the second derivative is 3, not 0."""
        second = adapters.run_second_derivative(lambda x: adapters.run_relu(3 * x) * (x / 2 - 1), 5.0)

        assert_close(second, 3.0, **EXACT)
