"""Part 4, changes of the shape of a tensor."""

import numpy as np

from tests import adapters
from tests.cases.checks import assert_close
from tests.cases.own_sweep import pull_back
from tests.cases.reading import tensor_data, tensor_grad
from tests.cases.tensors import (
    assert_gradients,
    backward_with,
    create_tensors,
    one_of,
    positive,
    shapes,
    signed,
)


class TestTensorReshape:
    """Problem tensor_reshape."""

    def test_flattens_a_matrix(self, rng, worked_example):
        """The (2, 2) matrix [[1, 2], [3, 4]] reshaped to (4,) is [1, 2, 3, 4]."""
        a = adapters.create_tensor(np.array([[1.0, 2.0], [3.0, 4.0]]))
        [x] = signed(rng, *shapes(rng, one_of(rng, ["nm", "abc"])))

        with worked_example():
            c = adapters.run_tensor_reshape(a, (4,))
            assert_close(tensor_data(c), np.array([1.0, 2.0, 3.0, 4.0]))

        c = adapters.run_tensor_reshape(adapters.create_tensor(x.copy()), (x.size,))
        assert_close(tensor_data(c), x.ravel())

    def test_reshapes_as_numpy_does(self, rng):
        """A (2, 3, 4) tensor takes any shape of 24 elements; -1 stands for the size that is left over."""
        [x] = signed(rng, *shapes(rng, "abc"))
        first, second, third = x.shape
        a = adapters.create_tensor(x.copy())

        for shape in ((third, first * second), (second, first, -1)):
            assert_close(tensor_data(a.reshape(shape)), x.reshape(shape))

    def test_the_gradient_takes_the_old_shape(self, rng):
        """The gradient is reshaped back to the original shape, its numbers in the same order."""
        [(a, b, c)] = shapes(rng, "abc")
        x, weights = signed(rng, (a, b * c), (b, a * c))
        t = adapters.create_tensor(x.copy())

        backward_with(adapters.run_tensor_reshape(t, weights.shape), weights)

        assert_close(tensor_grad(t), weights.reshape(x.shape))

    def test_the_gradient_passes_a_chain(self, rng):
        """A gradient finds its way back through several reshapes in a row."""
        [(a, b, c)] = shapes(rng, "abc")
        x, weights = signed(rng, (a, b * c), (b, a * c))
        between = rng.permutation([0, 1, 2])[: rng.integers(1, 4)].tolist()
        t = last = adapters.create_tensor(x.copy())

        for one in between:
            last = last.reshape([(a * b * c,), (c, b, a), (a * b, -1)][one])
        backward_with(last.reshape((b, -1)), weights)

        assert_close(tensor_grad(t), weights.reshape(x.shape))

    def test_another_use_beside_it_counts(self, rng):
        """When one expression uses both a and a.reshape(...), a's gradient holds both contributions."""
        arrays = positive(rng, *shapes(rng, "nm", "nm", "mn"))
        a, b, c = inputs = create_tensors(*arrays)
        old, new = arrays[0].shape, arrays[2].shape

        adapters.run_tensor_backward(a * b + (a.reshape(new) * c).reshape(old))

        assert_gradients(inputs, arrays, lambda x, y, z: x * y + (x.reshape(new) * z).reshape(old))

    def test_it_does_not_share_its_gradient(self, rng):
        """When a is used beside c = a.reshape(...), the other gradient of a leaves c's gradient unchanged."""
        x, y, other = positive(rng, *shapes(rng, "nm", "nm", "nm"))
        [weights] = positive(rng, (x.size,))
        a, b = create_tensors(x, y)
        c = adapters.run_tensor_reshape(a, weights.shape)

        pull_back(c, weights)
        pull_back(adapters.run_tensor_mul(a, b), other)

        assert_close(tensor_grad(a), weights.reshape(x.shape) + y * other)
        assert_close(tensor_grad(c), weights, hint="a.grad views c.grad")

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a reshaped tensor costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(25, 40)), rng.uniform(0.5, 2.0, size=(40, 25))

        expected = [weights.reshape(25, 40)]
        backward_cost.check_tensors(
            adapters, [a], lambda x: adapters.run_tensor_reshape(x, (40, 25)), weights, expected
        )


class TestTensorTranspose:
    """Problem tensor_transpose."""

    def test_swaps_rows_and_columns(self, rng, worked_example):
        """The transpose of the handout's (2, 3) matrix is the (3, 2) matrix of its columns."""
        a = adapters.create_tensor(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
        [x] = signed(rng, *shapes(rng, "nm"))

        with worked_example():
            c = adapters.run_tensor_transpose(a)
            assert_close(tensor_data(c), np.array([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]))

        c = adapters.run_tensor_transpose(adapters.create_tensor(x.copy()))
        assert_close(tensor_data(c), x.T)

    def test_the_gradient_is_transposed_back(self, rng):
        """Through a.T and b.transpose() alike, the gradient is the transpose of the gradient that arrives."""
        x, y, weights, others = signed(rng, *shapes(rng, "nm", "nm", "mn", "mn"))
        a, b = create_tensors(x, y)

        backward_with(a.T, weights)
        backward_with(b.transpose(), others)

        assert_close(tensor_grad(a), weights.T)
        assert_close(tensor_grad(b), others.T)

    def test_a_reshape_reads_the_transposed_order(self, rng):
        """A reshape after a transpose reads the transposed numbers row by row, and so does its gradient."""
        [x] = signed(rng, *shapes(rng, "nm"))
        [weights] = signed(rng, (x.size,))
        a = adapters.create_tensor(x.copy())
        c = adapters.run_tensor_reshape(adapters.run_tensor_transpose(a), weights.shape)

        backward_with(c, weights)

        assert_close(tensor_data(c), x.T.reshape(x.size))
        assert_close(tensor_grad(a), weights.reshape(x.T.shape).T)

    def test_another_use_beside_it_counts(self, rng):
        """When one expression uses both a and a.T, a's gradient holds both contributions."""
        arrays = positive(rng, *shapes(rng, "nn", "nn", "nn"))
        a, b, c = inputs = create_tensors(*arrays)

        adapters.run_tensor_backward(a * b + (a.T * c).T)

        assert_gradients(inputs, arrays, lambda x, y, z: x * y + (x.T * z).T)

    def test_it_does_not_share_its_gradient(self, rng):
        """When a is used beside c = a.T, the other gradient of a leaves c's gradient unchanged."""
        x, y, other, weights = positive(rng, *shapes(rng, "nm", "nm", "nm", "mn"))
        a, b = create_tensors(x, y)
        c = adapters.run_tensor_transpose(a)

        pull_back(c, weights)
        pull_back(adapters.run_tensor_mul(a, b), other)

        assert_close(tensor_grad(a), weights.T + y * other)
        assert_close(tensor_grad(c), weights, hint="a.grad views c.grad")

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a transposed tensor costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(25, 40)), rng.uniform(0.5, 2.0, size=(40, 25))

        backward_cost.check_tensors(adapters, [a], adapters.run_tensor_transpose, weights, [weights.T])
