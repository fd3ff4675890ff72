"""Part 2, the backward pass through whole graphs: the order of the nodes, and the sums of gradients.

Every test draws its numbers. The examples of the handout are checked beside them.
"""

import numpy as np

from tests import adapters
from tests.cases.bulk import each, fold
from tests.cases.checks import assert_close, numeric_gradient
from tests.cases.drawn_graphs import MANY, draw_forks, join, scattered
from tests.cases.reading import value_data, value_grad
from tests.cases.scalars import assert_gradient, signed, values

NUMERIC = {"rtol": 1e-5, "atol": 1e-7}  # finite differences are no more exact than this


class TestBackwardFull:
    """Problem backward_full."""

    def test_the_example_of_the_handout(self, rng, worked_example):
        """With a = 2 and b = 3, d = a * b + a gives a the gradient 4 and b 2; many such d add up rightly."""
        factors = rng.uniform(0.5, 1.5, MANY)
        number, other = rng.uniform(2, 9, size=2).tolist()

        with worked_example():
            a, b = values(2.0, 3.0)
            d = a * b + a
            d.backward()
            assert_gradient(a, 4.0)
            assert_gradient(b, 2.0)

        x, b = values(number, other)
        scattered(rng, factors, lambda a: a * b + a)(x).backward()
        assert_gradient(x, factors.sum() * (other + 1))
        assert_gradient(b, factors.sum() * number)

    def test_the_output_has_gradient_one(self, rng):
        """The output itself gets gradient 1.0, also when it is a Value that no operation made."""
        x, y, z = signed(rng, 3)
        leaf, a, b = values(x, y, z)
        c = a + b

        adapters.run_backward(c)
        adapters.run_backward(leaf)

        assert_gradient(c, 1.0)
        assert_gradient(leaf, 1.0)
        assert_close(value_data(c), y + z)

    def test_values_in_between_get_gradients_too(self, rng):
        """In d = (a + b) * e, the gradient of c = a + b is e, and can be read from c.grad."""
        x, y, z = signed(rng, 3)
        a, b, e = values(x, y, z)
        c = a + b
        d = c * e

        adapters.run_backward(d)

        assert_gradient(c, z)
        assert_gradient(a, z)

    def test_only_what_the_output_depends_on_gets_a_gradient(self, rng):
        """backward() on c leaves nodes alone on which c does not depend, also results of c."""
        x, y, z = signed(rng, 3)
        a, b, unused = values(x, y, z)
        c = a * b
        later = c * unused

        adapters.run_backward(c)

        assert_gradient(a, y)
        assert_gradient(unused, 0.0)
        assert_gradient(later, 0.0)

    def test_a_node_waits_for_both_sides_of_a_diamond(self, rng):
        """In s = x*x, y = 2s + 3s, s must have both gradients before it passes any on to x."""
        number, first, second = rng.uniform(2, 9, size=3).tolist()
        x = adapters.create_value(-number)
        s = x * x
        y = s * first + s * second

        adapters.run_backward(y)

        assert_gradient(s, first + second)
        assert_gradient(x, (first + second) * 2 * -number)

    def test_a_node_near_the_output_waits_for_its_longer_path(self, rng):
        """In y = s + 2 * (3 * s), s is next to the output, but must wait for the longer way round."""
        forks = draw_forks(rng, MANY, 0, 2)
        x = adapters.create_value(rng.uniform(2, 9))

        adapters.run_backward(join(forks, x))

        assert_gradient(x, join(forks, 1.0))

    def test_an_operand_of_an_operand_waits_for_it(self, rng):
        """In y = p + q, where q is made from p, p must wait for q, on whichever side q stands."""
        forks = draw_forks(rng, MANY, 0, 1)
        x = adapters.create_value(rng.uniform(2, 9))

        adapters.run_backward(join(forks, x))

        assert_gradient(x, join(forks, 1.0))

    def test_each_node_passes_its_gradient_on_once(self, rng):
        """Doubling x ten times by s = s + s has gradient 2**10, though 1024 paths lead back to x."""
        (number,) = signed(rng, 1)
        s = x = adapters.create_value(number)
        for _ in range(10):
            s = s + s

        adapters.run_backward(s)

        assert_close(value_data(s), number * 1024)
        assert_gradient(x, 1024.0)

    def test_values_with_equal_data_stay_apart(self, rng):
        """Two Values that hold the same number are two nodes, each with its own gradient."""
        number, first, second = signed(rng, 3)
        a, b = values(number, number)
        p, q = a + b, a * b
        y = (p * first) + (q * second)

        adapters.run_backward(y)

        assert_gradient(p, first)
        assert_gradient(q, second)
        assert_gradient(a, first + second * number)
        assert_gradient(b, first + second * number)

    def test_a_ladder_of_shared_nodes_agrees_with_numeric_gradients(self, rng):
        """When each step uses both results of the step before, finite differences give the same gradients."""
        numbers = rng.uniform(0.5, 1.5, size=2)
        steps = rng.uniform(0.3, 0.7, size=(4, 4)).tolist()

        def climb(point):
            p, q = point
            for u, v, w, z in steps:
                p, q = p * u + q * v, p * w + q * z
            return p * q

        a, b = values(*numbers.tolist())
        adapters.run_backward(climb((a, b)))

        expected = numeric_gradient(climb, numbers).tolist()
        assert_gradient(a, expected[0], **NUMERIC)
        assert_gradient(b, expected[1], **NUMERIC)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """backward() visits each Value once: with 240 leaves it costs a few forward passes."""
        numbers = rng.uniform(0.5, 2.0, size=(120, 2))

        def forward():
            leaves = each(adapters.create_value, [[number] for number in numbers.ravel().tolist()])
            products = each(adapters.run_mul, list(zip(leaves[::2], leaves[1::2], strict=True)))
            total = fold(adapters.run_add, products)
            assert_close(value_data(total), numbers.prod(axis=1).sum())
            return leaves, total

        def backward(graph):
            leaves, total = graph
            adapters.run_backward(total)
            return value_grad.of_all(leaves)

        gradients = backward_cost.measure(forward, backward)
        assert_close(np.array(gradients), numbers[:, ::-1].ravel())


class TestGradAccumulation:
    """Problem grad_accumulation."""

    def test_a_value_used_twice(self, rng, worked_example):
        """The gradient of a + a is 2.0, not 1.0, and that of (a + a) * 3 is 6."""
        number, factor = signed(rng, 2)

        with worked_example():
            a = adapters.create_value(3.0)
            adapters.run_backward(a + a)
            assert_gradient(a, 2.0)

        a = adapters.create_value(number)
        adapters.run_backward((a + a) * factor)
        assert_gradient(a, 2 * factor)

    def test_a_value_used_eight_times(self, rng):
        """The gradient of a product of eight factors a is 8a**7; they are multiplied pair by pair."""
        number = rng.uniform(1.2, 1.5)
        a = adapters.create_value(number)
        factors = [a] * 8
        while len(factors) > 1:
            factors = [first * second for first, second in zip(factors[::2], factors[1::2], strict=True)]

        adapters.run_backward(factors[0])

        assert_gradient(a, 8 * number**7)

    def test_a_value_used_fifty_times(self, rng):
        """The gradient of a*1 + a*2 + ... + a*50 is 1 + 2 + ... + 50, and so it is with other factors."""
        weights = rng.uniform(1, 9, size=50).tolist()
        a = adapters.create_value(rng.uniform(2, 9))
        total = sum(a * weight for weight in weights)

        adapters.run_backward(total)

        assert_gradient(a, sum(weights))

    def test_a_second_backward_adds_to_the_first(self, rng):
        """Calling backward() twice on b = a * a leaves 4a, because nobody reset a.grad in between."""
        (number,) = signed(rng, 1)
        a = adapters.create_value(number)
        b = a * a

        adapters.run_backward(b)
        adapters.run_backward(b)

        assert_gradient(a, 4 * number)

    def test_two_outputs_add_up_in_a_shared_input(self, rng):
        """After backward() on a * x and on a + z, a.grad is x + 1."""
        number, factor, summand = rng.uniform(2, 9, size=3).tolist()
        a, x, z = values(-number, factor, summand)
        first = a * x
        second = a + z

        adapters.run_backward(first)
        adapters.run_backward(second)

        assert_gradient(a, factor + 1)
        assert_gradient(x, -number)
        assert_gradient(z, 1.0)

    def test_a_gradient_reset_to_zero_starts_afresh(self, rng):
        """Setting a.grad = 0.0 between two backward passes leaves the gradient of the second only."""
        a, x, z = values(*(numbers := signed(rng, 3)))
        first = a * x
        second = a * z

        adapters.run_backward(first)
        a.grad = 0.0
        adapters.run_backward(second)

        assert_gradient(a, numbers[2])
