"""Part 4, the backward pass of tensors."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import assert_close
from tests.cases.drawn_graphs import TensorForks
from tests.cases.reading import in_type_of, tensor_grad
from tests.cases.tensors import (
    assert_gradients,
    backward_with,
    create_tensors,
    positive,
    shapes,
    signed,
)


class TestTensorBackward:
    """Problem tensor_backward."""

    def test_a_sum_gives_ones(self, rng, worked_example):
        """After backward on a + b both gradients are ones; another gradient of a + b passes unchanged."""
        a, b = create_tensors([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]])
        x, y, weights = signed(rng, *shapes(rng, "nm", "nm", "nm"))
        d, e = create_tensors(x, y)

        with worked_example():
            adapters.run_tensor_backward(adapters.run_tensor_add(a, b))
            assert_close(tensor_grad(a), np.ones((2, 2)))
            assert_close(tensor_grad(b), np.ones((2, 2)))

        backward_with(adapters.run_tensor_add(d, e), weights)
        assert_close(tensor_grad(d), weights)
        assert_close(tensor_grad(e), weights)

    def test_a_product_gives_the_other_operand(self, rng):
        """After backward on a * b, a's gradient is b's data and b's is a's data, also of 0-d tensors."""
        arrays = signed(rng, (), (), *shapes(rng, "abc", "abc"))
        inputs = create_tensors(*arrays)

        for pair in (inputs[:2], inputs[2:]):
            adapters.run_tensor_backward(adapters.run_tensor_mul(*pair))

        swapped = [arrays[place] for place in (1, 0, 3, 2)]
        for found, expected in zip(tensor_grad.of_all(inputs), swapped, strict=True):
            assert_close(found, expected)

    @pytest.mark.parametrize(
        "calculate",
        [
            pytest.param(lambda a, b: -a - b, id="negate-and-subtract"),
            pytest.param(lambda a, b: a / b, id="divide"),
            pytest.param(lambda a, b: a**3 + (a * b) ** -0.5 + a**2, id="powers"),
            pytest.param(lambda a, b: 3 - (2 * a + b * 5) / 4 + 1 / a, id="plain-numbers"),
        ],
    )
    def test_every_operator_has_its_gradients(self, rng, calculate):
        """Negation, -, / and **, and plain numbers beside a tensor, give the right gradients."""
        shape, _ = shapes(rng, "nm", "nm")
        arrays, [weights] = positive(rng, shape, shape), signed(rng, shape)
        inputs = create_tensors(*arrays)

        backward_with(calculate(*inputs), weights)

        assert_gradients(inputs, arrays, lambda x, y: calculate(x, y) * weights)

    def test_the_output_gets_a_gradient_of_ones(self, rng):
        """The tensor on which backward is called has a gradient of ones, even when it is b + b."""
        x, y = signed(rng, *shapes(rng, "nm", "nm"))
        a, factor = create_tensors(x, y)
        b = adapters.run_tensor_mul(a, factor)
        c = adapters.run_tensor_add(b, b)

        c.backward()

        assert_close(tensor_grad(c), np.ones(x.shape))
        assert_close(tensor_grad(a), 2 * y)

    def test_both_uses_of_a_tensor_count(self, rng):
        """The gradient of a * a is 2a: a is used twice."""
        [x] = signed(rng, *shapes(rng, "nm"))
        a = adapters.create_tensor(x.copy())

        adapters.run_tensor_backward(adapters.run_tensor_mul(a, a))

        assert_close(tensor_grad(a), 2 * x)

    def test_both_paths_of_a_diamond_count_once(self, rng):
        """When b = a * x feeds both b + y and b * z, a's gradient gets the contribution of each path once."""
        arrays = positive(rng, *shapes(rng, "nm", "nm", "nm", "nm"))
        a, x, y, z = create_tensors(*arrays)

        b = a * x
        adapters.run_tensor_backward((b + y) * (b * z))

        assert_gradients([a], arrays, lambda a, x, y, z: (a * x + y) * (a * x * z))

    @pytest.mark.parametrize("length", [2, 1], ids=["long", "short"])
    def test_a_tensor_waits_for_all_its_users(self, rng, length):
        """A tensor that feeds another one both directly and by a longer way waits for both ways."""
        [shape] = shapes(rng, "n")
        x, weights = positive(rng, shape, shape)
        a, forks = adapters.create_tensor(x.copy()), TensorForks(rng, shape, length)

        backward_with(forks(a), weights)

        assert_close(tensor_grad(a), forks.factors * weights)

    def test_operands_do_not_share_a_gradient(self, rng):
        """Where a + b is used beside a and beside b, the gradient of the one stays out of the other."""
        arrays = positive(rng, *shapes(rng, "nm", "nm", "nm", "nm"))
        inputs = create_tensors(*arrays)

        def both(a, b, c, d):
            return ((a + b) * c + a * d) * (b * d + (a + b) * c)

        adapters.run_tensor_backward(both(*inputs))

        assert_gradients(inputs, arrays, both, hint="a.grad and b.grad are one array")

    def test_an_assigned_gradient_is_the_new_start(self, rng):
        """After a.grad = zeros, the next backward leaves only its own gradient in a, and b keeps its own."""
        x, y = signed(rng, *shapes(rng, "nm", "nm"))
        a, b = create_tensors(x, y)
        adapters.run_tensor_backward(adapters.run_tensor_add(a, b))

        a.grad = in_type_of(a, np.zeros(x.shape))
        adapters.run_tensor_backward(adapters.run_tensor_mul(a, a))

        assert_close(tensor_grad(a), 2 * x)
        assert_close(tensor_grad(b), np.ones(x.shape))

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """backward() visits each tensor once: a thousand gradients cost a few forward passes."""
        a, b, c, weights = rng.uniform(0.5, 2.0, size=(4, 20, 25))

        expected = [weights * b * c, weights * a * c, weights * a * b]
        backward_cost.check_tensors(adapters, [a, b, c], lambda x, y, z: (x * y) * z, weights, expected)
