"""Part 4, operations on tensors of different shapes, and their gradients."""

import operator

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import assert_close
from tests.cases.reading import tensor_data, tensor_grad
from tests.cases.tensors import (
    assert_gradients,
    backward_with,
    create_tensors,
    positive,
    shapes,
    signed,
)

BROADCASTS = [
    pytest.param(operator.add, ("nm", "m"), id="add-row"),
    pytest.param(operator.add, ("n1", "nm"), id="add-column"),
    pytest.param(operator.add, ("nm", ""), id="add-0-d"),
    pytest.param(operator.add, ("m", "bnm"), id="add-missing-leading-axes"),
    pytest.param(operator.add, ("1n", "11"), id="add-size-1-axis-that-stays"),
    pytest.param(operator.mul, ("", "nm"), id="multiply-0-d"),
    pytest.param(operator.mul, ("a1b1", "c1d"), id="multiply-both-sides-4-d"),
    pytest.param(operator.sub, ("a1b", "c1"), id="subtract-both-sides-3-d"),
    pytest.param(operator.truediv, ("a1b", "c1"), id="divide-both-sides-3-d"),
]
BROADCAST_HINT = "sum the gradient over every axis along which numpy stretched this operand"


class TestTensorBroadcast:
    """Problem tensor_broadcast."""

    def test_both_operands_are_stretched(self, rng, worked_example):
        """The handout's (1, 3) tensor plus its (2, 1) tensor is the (2, 3) tensor of all sums."""
        a, b = create_tensors([[1.0, 2.0, 3.0]], [[1.0], [2.0]])
        x, y = signed(rng, *shapes(rng, "1m", "n1"))

        with worked_example():
            c = adapters.run_tensor_add(a, b)
            assert_close(tensor_data(c), np.array([[2.0, 3.0, 4.0], [3.0, 4.0, 5.0]]))

        c = adapters.run_tensor_add(*create_tensors(x, y))
        assert_close(tensor_data(c), x + y)

    def test_operators_stretch_as_numpy_does(self, rng):
        """The operators *, - and / stretch a (2, 1, 4) and a (3, 1) tensor just as numpy stretches arrays."""
        x, y = signed(rng, *shapes(rng, "a1b", "c1"))
        a, b = create_tensors(x, y)

        results = tensor_data.of_all([a * b, a - b, a / b])

        for found, expected in zip(results, [x * y, x - y, x / y], strict=True):
            assert_close(found, expected)

    def test_gradients_are_summed_over_the_stretched_axes(self, rng, worked_example):
        """In the handout's (1, 3) + (2, 1), a's gradient is [[2, 2, 2]] and b's is [[3], [3]]."""
        a, b = create_tensors([[1.0, 2.0, 3.0]], [[1.0], [2.0]])
        row, column, whole = shapes(rng, "1m", "n1", "nm")
        [weights] = positive(rng, whole)
        d, e = create_tensors(*signed(rng, row, column))

        with worked_example():
            adapters.run_tensor_backward(adapters.run_tensor_add(a, b))
            assert_close(tensor_grad(a), np.array([[2.0, 2.0, 2.0]]), hint=BROADCAST_HINT)
            assert_close(tensor_grad(b), np.array([[3.0], [3.0]]), hint=BROADCAST_HINT)

        backward_with(adapters.run_tensor_add(d, e), weights)
        assert_close(tensor_grad(d), weights.sum(0, keepdims=True), hint=BROADCAST_HINT)
        assert_close(tensor_grad(e), weights.sum(1, keepdims=True), hint=BROADCAST_HINT)

    @pytest.mark.parametrize(("operation", "axes"), BROADCASTS)
    def test_gradients_have_the_shapes_of_the_operands(self, rng, operation, axes):
        """Each operand's gradient has the operand's shape and sums the gradients of all stretched copies."""
        left, right = shapes(rng, *axes)
        arrays, [weights] = signed(rng, left, right), positive(rng, np.broadcast_shapes(left, right))
        inputs = create_tensors(*arrays)

        backward_with(operation(*inputs), weights)

        assert_gradients(inputs, arrays, lambda x, y: operation(x, y) * weights, hint=BROADCAST_HINT)

    def test_two_stretched_uses_add_up(self, rng):
        """A row that is stretched in two places of one expression gets the gradients of both."""
        arrays = positive(rng, *shapes(rng, "m", "nm", "b11"))
        row, matrix, stack = create_tensors(*arrays)

        adapters.run_tensor_backward((matrix + row) * (stack * row))

        assert_gradients([row], arrays, lambda x, y, z: (y + x) * (z * x), hint=BROADCAST_HINT)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a product that is stretched cost a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(2, 25, 40))
        row = rng.uniform(0.5, 2.0, size=40)

        expected = [weights * row, (weights * a).sum(axis=0)]
        backward_cost.check_tensors(adapters, [a, row], adapters.run_tensor_mul, weights, expected)
