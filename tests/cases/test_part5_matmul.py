"""Part 5, products of matrices, batches and vectors."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import assert_close
from tests.cases.own_sweep import pull_back
from tests.cases.reading import in_type_of, tensor_data, tensor_grad
from tests.cases.tensors import (
    assert_gradients,
    backward_with,
    create_tensors,
    positive,
    shapes,
    signed,
)

BATCHES = [
    pytest.param(("bnm", "bmd"), id="3-d"),
    pytest.param(("b1nm", "cmb"), id="both-stretched"),
    pytest.param(("nm", "bmd"), id="left-without-batch"),
    pytest.param(("bnm", "md"), id="right-without-batch"),
]
VECTORS = [
    pytest.param(("nm", "m"), id="matrix@vector"),
    pytest.param(("n", "nm"), id="vector@matrix"),
]


class TestMatmul:
    """Problem matmul."""

    def test_multiplies_the_handouts_matrices(self, rng, worked_example):
        """The handout's (3, 2) matrix times its (2, 3) matrix is a (3, 3) matrix: rows times columns."""
        x, w = create_tensors([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        left, right = signed(rng, *shapes(rng, "nm", "mn"))

        with worked_example():
            y = adapters.run_matmul(x, w)
            expected = np.array([[9.0, 12.0, 15.0], [19.0, 26.0, 33.0], [29.0, 40.0, 51.0]])
            assert_close(tensor_data(y), expected)

        a, b = create_tensors(left, right)
        assert_close(tensor_data(a @ b), left @ right)

    def test_the_handouts_gradients(self, rng, worked_example):
        """After Y.sum().backward(), X's gradient repeats W's row sums, and W's repeats X's column sums."""
        x, w = create_tensors([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        left, right = positive(rng, *shapes(rng, "nm", "md"))
        a, b = create_tensors(left, right)

        with worked_example():
            (x @ w).sum().backward()
            assert_close(tensor_grad(x), np.array([[6.0, 15.0], [6.0, 15.0], [6.0, 15.0]]))
            assert_close(tensor_grad(w), np.array([[9.0, 9.0, 9.0], [12.0, 12.0, 12.0]]))

        (a @ b).sum().backward()
        assert_close(tensor_grad(a), np.broadcast_to(right.sum(axis=1), left.shape))
        assert_close(tensor_grad(b), np.broadcast_to(left.sum(axis=0), right.T.shape).T)

    def test_the_left_gradient(self, rng):
        """The gradient of X in Y = X @ W is Y's gradient times the transpose of W."""
        x, w, weights = signed(rng, *shapes(rng, "nm", "md", "nd"))
        a, b = create_tensors(x, w)

        backward_with(adapters.run_matmul(a, b), weights)

        assert_close(tensor_grad(a), weights @ w.T)

    def test_the_right_gradient(self, rng):
        """The gradient of W in Y = X @ W is the transpose of X times Y's gradient."""
        x, w, weights = signed(rng, *shapes(rng, "nm", "md", "nd"))
        a, b = create_tensors(x, w)

        backward_with(adapters.run_matmul(a, b), weights)

        assert_close(tensor_grad(b), x.T @ weights)

    def test_every_use_in_a_power_counts(self, rng):
        """In (X @ X) @ (X @ X), the gradient of X is the sum of its shares in all four places."""
        x, weights = signed(rng, *shapes(rng, "nn", "nn"))
        a = adapters.create_tensor(x.copy())

        backward_with((a @ a) @ (a @ a), weights)

        assert_gradients([a], [x], lambda x: x @ x @ x @ x * weights)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a matrix product cost a few forward passes for a thousand numbers."""
        a, b = rng.uniform(0.5, 2.0, size=(35, 40)), rng.uniform(0.5, 2.0, size=(40, 35))
        weights = rng.uniform(0.5, 2.0, size=(35, 35))

        expected = [weights @ b.T, a.T @ weights]
        backward_cost.check_tensors(adapters, [a, b], adapters.run_matmul, weights, expected)


class TestBatchedMatmul:
    """Problem batched_matmul."""

    @pytest.mark.parametrize("axes", BATCHES[:2])
    def test_multiplies_as_numpy_does(self, rng, axes):
        """Each matrix of a batch is multiplied by its partner; a lone partner serves the whole batch."""
        x, w = signed(rng, *shapes(rng, *axes))
        a, b = create_tensors(x, w)

        y = adapters.run_matmul(a, b)

        assert_close(tensor_data(y), x @ w)

    @pytest.mark.parametrize("axes", BATCHES)
    def test_gradients_have_the_shapes_of_the_operands(self, rng, axes):
        """Each operand's gradient has the operand's shape, summed over the batches that it served."""
        arrays = signed(rng, *shapes(rng, *axes))
        [weights] = positive(rng, (arrays[0] @ arrays[1]).shape)
        inputs = create_tensors(*arrays)

        backward_with(adapters.run_matmul(*inputs), weights)

        hint = "swap the last two axes to transpose, and sum over the batch axes that numpy stretched"
        assert_gradients(inputs, arrays, lambda x, w: x @ w * weights, hint=hint)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a batch of matrix products cost a few forward passes for a thousand numbers."""
        a, b = rng.uniform(0.5, 2.0, size=(6, 15, 16)), rng.uniform(0.5, 2.0, size=(6, 16, 15))
        weights = rng.uniform(0.5, 2.0, size=(6, 15, 15))

        expected = [weights @ b.swapaxes(1, 2), a.swapaxes(1, 2) @ weights]
        backward_cost.check_tensors(adapters, [a, b], adapters.run_matmul, weights, expected)


class TestMatvec:
    """Problem matvec."""

    def test_multiplies_the_handouts_matrix_and_vector(self, rng, worked_example):
        """The handout's matrix [[1, 2], [3, 4]] times the vector [1, 2] is the vector [5, 11]."""
        a, x = create_tensors([[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0])
        matrix, vector = signed(rng, *shapes(rng, "nm", "m"))

        with worked_example():
            y = adapters.run_matmul(a, x)
            assert_close(tensor_data(y), np.array([5.0, 11.0]))

        y = adapters.run_matmul(*create_tensors(matrix, vector))
        assert_close(tensor_data(y), matrix @ vector)

    def test_a_vector_on_the_left_is_a_row(self, rng):
        """A vector times a matrix is the vector of its products with the columns."""
        x, w = signed(rng, *shapes(rng, "n", "nm"))
        a, b = create_tensors(x, w)

        y = adapters.run_matmul(a, b)

        assert_close(tensor_data(y), x @ w)

    @pytest.mark.parametrize("axes", VECTORS)
    def test_gradients_have_the_shapes_of_the_operands(self, rng, axes):
        """A vector's gradient is a vector and a matrix's is a matrix, both with the right numbers."""
        arrays = signed(rng, *shapes(rng, *axes))
        [weights] = positive(rng, (arrays[0] @ arrays[1]).shape)
        inputs = create_tensors(*arrays)

        backward_with(inputs[0] @ inputs[1], weights)

        assert_gradients(inputs, arrays, lambda x, w: x @ w * weights)

    def test_it_adds_to_a_gradient_that_is_there(self, rng):
        """The rule of a product adds to the present gradients of the matrix and of the vector."""
        x, y, held, other, arriving = signed(rng, *shapes(rng, "nm", "m", "nm", "m", "n"))
        a, v = create_tensors(x, y)
        a.grad, v.grad = in_type_of(a, held), in_type_of(v, other)

        pull_back(adapters.run_matmul(a, v), arriving)

        assert_close(tensor_grad(a), held + np.outer(arriving, y))
        assert_close(tensor_grad(v), other + x.T @ arriving)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a matrix times a vector cost a few forward passes for a thousand numbers."""
        a, v = rng.uniform(0.5, 2.0, size=(50, 60)), rng.uniform(0.5, 2.0, size=60)
        weights = rng.uniform(0.5, 2.0, size=50)

        expected = [np.outer(weights, v), weights @ a]
        backward_cost.check_tensors(adapters, [a, v], adapters.run_matmul, weights, expected)
