"""Part 5, matrix operations: matrices, batches, vectors, activations, and chains of them all."""

import operator
from functools import reduce

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import assert_close, assert_dtype, numeric_gradient

BATCHES = [
    pytest.param((2, 3, 4), (2, 4, 5), id="3-d"),
    pytest.param((2, 3, 1, 4), (2, 3, 4, 2), id="4-d"),
    pytest.param((2, 1, 3, 4), (5, 4, 2), id="both-stretched"),
    pytest.param((4, 5), (2, 5, 3), id="left-without-batch"),
    pytest.param((2, 3, 4), (4, 5), id="right-without-batch"),
    pytest.param((1, 2, 3), (4, 3, 2), id="left-batch-of-1"),
]
VECTORS = [
    pytest.param((2, 3), (3,), id="matrix@vector"),
    pytest.param((3,), (3, 2), id="vector@matrix"),
    pytest.param((3,), (3,), id="vector@vector"),
    pytest.param((2, 3, 4), (4,), id="batch@vector"),
]
DERIVATIVES = {
    "relu": lambda x: np.where(x > 0, 1.0, 0.0),
    "exp": np.exp,
    "log": lambda x: 1 / x,
    "tanh": lambda x: 1 - np.tanh(x) ** 2,
}


def _tensors(*arrays):
    """Return one fresh tensor per array."""
    return [adapters.create_tensor(np.array(array)) for array in arrays]


def _normal(rng, *shapes):
    """Return one array of normally distributed numbers per shape."""
    return [rng.standard_normal(shape) for shape in shapes]


def _backward_with(output, weights):
    """Run backward so that `output` receives the array `weights` as its gradient."""
    adapters.run_tensor_backward(adapters.run_tensor_mul(output, adapters.create_tensor(np.array(weights))))


def _assert_gradients(inputs, arrays, function, *, hint=None):
    """Fail unless the tensors `inputs` hold the gradients of the sum of `function(*arrays)`."""
    for position, tensor in enumerate(inputs):
        before, after = arrays[:position], arrays[position + 1 :]
        expected = numeric_gradient(lambda x: function(*before, x, *after).sum(), arrays[position])  # noqa: B023
        assert_close(adapters.get_tensor_grad(tensor), expected, rtol=1e-5, atol=1e-6, hint=hint)


def _activate(name, tensor):
    """Apply the activation `name`: tanh is a method, the others have adapters."""
    return tensor.tanh() if name == "tanh" else getattr(adapters, f"run_tensor_{name}")(tensor)


def _inputs(rng, name, shape):
    """Return numbers on both sides of zero, none near it; for log, positive ones."""
    signs = 1.0 if name == "log" else rng.choice([-1.0, 1.0], shape)
    return rng.uniform(0.5, 2.0, shape) * signs


def _two_layers(rng):
    """Return X (4, 3), W1 (3, 5), W2 (5, 2) such that no number in X @ W1 is near relu's corner at 0."""
    size_x, size_w1 = rng.uniform(0.5, 1.5, (4, 3)), rng.uniform(0.5, 1.5, (3, 5))
    return [
        size_x * np.array([[1], [-1], [-1], [1]]),
        size_w1 * np.array([1, 1, -1, 1, -1]),
        rng.standard_normal((5, 2)),
    ]


class TestMatmul:
    """Problem matmul."""

    def test_multiplies_the_handouts_matrices(self):
        """The handout's (3, 2) matrix times its (2, 3) matrix is a (3, 3) matrix: rows times columns."""
        x, w = _tensors([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

        y = adapters.run_matmul(x, w)

        expected = np.array([[9.0, 12.0, 15.0], [19.0, 26.0, 33.0], [29.0, 40.0, 51.0]])
        assert_close(adapters.get_tensor_data(y), expected)

    def test_the_operator_multiplies_too(self, rng):
        """The operator @ on tensors gives what it gives on arrays."""
        x, w = _normal(rng, (2, 4), (4, 3))
        a, b = _tensors(x, w)

        y = a @ b

        assert_close(adapters.get_tensor_data(y), x @ w)

    def test_the_handouts_gradients(self):
        """After Y.sum().backward(), X's gradient repeats W's row sums, and W's repeats X's column sums."""
        x, w = _tensors([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

        (x @ w).sum().backward()

        assert_close(adapters.get_tensor_grad(x), np.array([[6.0, 15.0], [6.0, 15.0], [6.0, 15.0]]))
        assert_close(adapters.get_tensor_grad(w), np.array([[9.0, 9.0, 9.0], [12.0, 12.0, 12.0]]))

    @pytest.mark.parametrize(("n", "m", "d"), [(2, 3, 4), (1, 3, 1)])
    def test_the_left_gradient(self, rng, n, m, d):
        """The gradient of X in Y = X @ W is Y's gradient times the transpose of W."""
        x, w, weights = _normal(rng, (n, m), (m, d), (n, d))
        a, b = _tensors(x, w)

        _backward_with(adapters.run_matmul(a, b), weights)

        assert_close(adapters.get_tensor_grad(a), weights @ w.T)

    @pytest.mark.parametrize(("n", "m", "d"), [(2, 3, 4), (1, 3, 1)])
    def test_the_right_gradient(self, rng, n, m, d):
        """The gradient of W in Y = X @ W is the transpose of X times Y's gradient."""
        x, w, weights = _normal(rng, (n, m), (m, d), (n, d))
        a, b = _tensors(x, w)

        _backward_with(adapters.run_matmul(a, b), weights)

        assert_close(adapters.get_tensor_grad(b), x.T @ weights)

    def test_every_use_in_a_power_counts(self, rng):
        """In X @ X @ X, the gradient of X holds what it receives in all three places, left and right."""
        x, weights = _normal(rng, (3, 3), (3, 3))
        a = adapters.create_tensor(x)

        _backward_with(a @ a @ a, weights)

        _assert_gradients([a], [x], lambda x: x @ x @ x * weights)

    def test_float32_stays_float32(self):
        """The product of float32 matrices and the gradients of both are float32."""
        x, w = _tensors(np.full((2, 3), 0.5, dtype=np.float32), np.full((3, 2), 2.0, dtype=np.float32))
        y = adapters.run_matmul(x, w)

        adapters.run_tensor_backward(y)

        assert_dtype(adapters.get_tensor_data(y), "float32")
        assert_dtype(adapters.get_tensor_grad(x), "float32")
        assert_dtype(adapters.get_tensor_grad(w), "float32")

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a matrix product cost a few forward passes for a thousand numbers."""
        a, b = rng.uniform(0.5, 2.0, size=(35, 40)), rng.uniform(0.5, 2.0, size=(40, 35))
        weights = rng.uniform(0.5, 2.0, size=(35, 35))

        expected = [weights @ b.T, a.T @ weights]
        backward_cost.check_tensors(adapters, [a, b], adapters.run_matmul, weights, expected)


class TestBatchedMatmul:
    """Problem batched_matmul."""

    @pytest.mark.parametrize(("left", "right"), BATCHES[:3])
    def test_multiplies_as_numpy_does(self, rng, left, right):
        """Each matrix of a batch is multiplied by its partner; a lone partner serves the whole batch."""
        x, w = _normal(rng, left, right)
        a, b = _tensors(x, w)

        y = adapters.run_matmul(a, b)

        assert_close(adapters.get_tensor_data(y), x @ w)

    @pytest.mark.parametrize(("left", "right"), BATCHES)
    def test_gradients_have_the_shapes_of_the_operands(self, rng, left, right):
        """Each operand's gradient has the operand's shape, summed over the batches that it served."""
        arrays = _normal(rng, left, right)
        [weights] = _normal(rng, (arrays[0] @ arrays[1]).shape)
        inputs = _tensors(*arrays)

        _backward_with(adapters.run_matmul(*inputs), weights)

        hint = "swap the last two axes to transpose, and sum over the batch axes that numpy stretched"
        _assert_gradients(inputs, arrays, lambda x, w: x @ w * weights, hint=hint)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a batch of matrix products cost a few forward passes for a thousand numbers."""
        a, b = rng.uniform(0.5, 2.0, size=(6, 15, 16)), rng.uniform(0.5, 2.0, size=(6, 16, 15))
        weights = rng.uniform(0.5, 2.0, size=(6, 15, 15))

        expected = [weights @ b.swapaxes(1, 2), a.swapaxes(1, 2) @ weights]
        backward_cost.check_tensors(adapters, [a, b], adapters.run_matmul, weights, expected)


class TestMatvec:
    """Problem matvec."""

    def test_multiplies_the_handouts_matrix_and_vector(self):
        """The handout's matrix [[1, 2], [3, 4]] times the vector [1, 2] is the vector [5, 11]."""
        a, x = _tensors([[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0])

        y = adapters.run_matmul(a, x)

        assert_close(adapters.get_tensor_data(y), np.array([5.0, 11.0]))

    @pytest.mark.parametrize(("left", "right"), VECTORS[1:])
    def test_multiplies_as_numpy_does(self, rng, left, right):
        """A vector on the left is a row, on the right a column, and two vectors give a 0-d tensor."""
        x, w = _normal(rng, left, right)
        a, b = _tensors(x, w)

        y = adapters.run_matmul(a, b)

        assert_close(adapters.get_tensor_data(y), np.array(x @ w))

    @pytest.mark.parametrize(("left", "right"), VECTORS)
    def test_gradients_have_the_shapes_of_the_operands(self, rng, left, right):
        """A vector's gradient is a vector and a matrix's is a matrix, both with the right numbers."""
        arrays = _normal(rng, left, right)
        [weights] = _normal(rng, (arrays[0] @ arrays[1]).shape)
        inputs = _tensors(*arrays)

        _backward_with(inputs[0] @ inputs[1], weights)

        _assert_gradients(inputs, arrays, lambda x, w: x @ w * weights)

    def test_both_sides_count_in_a_vectors_square(self):
        """The gradient of v @ v is 2v."""
        v = adapters.create_tensor(np.array([1.0, -2.0, 3.0]))

        adapters.run_tensor_backward(adapters.run_matmul(v, v))

        assert_close(adapters.get_tensor_grad(v), np.array([2.0, -4.0, 6.0]))

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a matrix times a vector cost a few forward passes for a thousand numbers."""
        a, v = rng.uniform(0.5, 2.0, size=(50, 60)), rng.uniform(0.5, 2.0, size=60)
        weights = rng.uniform(0.5, 2.0, size=50)

        expected = [np.outer(weights, v), weights @ a]
        backward_cost.check_tensors(adapters, [a, v], adapters.run_matmul, weights, expected)


class TestTensorActivations:
    """Problem tensor_activations."""

    @pytest.mark.parametrize(
        ("name", "x", "expected"),
        [
            ("relu", [[-1.0, 2.0], [3.0, -4.0]], [[0.0, 2.0], [3.0, 0.0]]),
            ("exp", [[0.0, 1.0, 2.0]], [[1.0, 2.718281828459045, 7.38905609893065]]),
            ("log", [[1.0, 2.0, 0.5]], [[0.0, 0.6931471805599453, -0.6931471805599453]]),
            ("tanh", [[0.0, 1.0, -1.0]], [[0.0, 0.7615941559557649, -0.7615941559557649]]),
        ],
        ids=DERIVATIVES,
    )
    def test_applies_to_every_element(self, name, x, expected):
        """The activation of a tensor is the activation of each of its elements."""
        a = adapters.create_tensor(np.array(x))

        c = _activate(name, a)

        assert_close(adapters.get_tensor_data(c), np.array(expected))

    @pytest.mark.parametrize("name", DERIVATIVES)
    def test_scales_the_gradient_by_the_derivative(self, rng, name):
        """Each element's gradient is the one that arrives there, times the derivative at that element."""
        x, [weights] = _inputs(rng, name, (3, 4)), _normal(rng, (3, 4))
        a = adapters.create_tensor(x)

        _backward_with(_activate(name, a), weights)

        assert_close(adapters.get_tensor_grad(a), DERIVATIVES[name](x) * weights)

    @pytest.mark.parametrize("name", DERIVATIVES)
    def test_two_uses_add_up(self, rng, name):
        """When one 3-d tensor is activated twice, its gradient holds both contributions."""
        x, (u, v) = _inputs(rng, name, (2, 3, 2)), _normal(rng, (2, 3, 2), (2, 3, 2))
        a = adapters.create_tensor(x)

        _backward_with(_activate(name, a), u)
        _backward_with(_activate(name, a), v)

        assert_close(adapters.get_tensor_grad(a), DERIVATIVES[name](x) * (u + v))

    def test_relu_is_flat_at_zero(self):
        """Where the input is exactly 0, relu is 0 and so is its gradient."""
        a = adapters.create_tensor(np.array([[0.0, 1.0], [-1.0, 0.0]]))
        c = adapters.run_tensor_relu(a)

        adapters.run_tensor_backward(c)

        assert_close(adapters.get_tensor_data(c), np.array([[0.0, 1.0], [0.0, 0.0]]))
        assert_close(adapters.get_tensor_grad(a), np.array([[0.0, 1.0], [0.0, 0.0]]))

    def test_tanh_takes_large_numbers(self):
        """The tanh of -800 and 800 is -1 and 1 with gradient 0, without overflow or warning."""
        a = adapters.create_tensor(np.array([-800.0, 0.0, 800.0]))
        c = a.tanh()

        adapters.run_tensor_backward(c)

        hint = "e ** 1600 overflows: use np.tanh"
        assert_close(adapters.get_tensor_data(c), np.array([-1.0, 0.0, 1.0]), hint=hint)
        assert_close(adapters.get_tensor_grad(a), np.array([0.0, 1.0, 0.0]), hint=hint)

    def test_float32_stays_float32(self):
        """What the activations make of a float32 tensor is float32, and so is the tensor's gradient."""
        a = adapters.create_tensor(np.array([0.5, 2.0], dtype=np.float32))
        c = reduce(lambda tensor, name: _activate(name, tensor), DERIVATIVES, a)

        adapters.run_tensor_backward(c)

        assert_dtype(adapters.get_tensor_data(c), "float32")
        assert_dtype(adapters.get_tensor_grad(a), "float32")

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of exp(a) + log(a) costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(2, 25, 40))

        expected = [weights * (np.exp(a) + 1 / a)]
        backward_cost.check_tensors(
            adapters,
            [a],
            lambda x: adapters.run_tensor_exp(x) + adapters.run_tensor_log(x),
            weights,
            expected,
        )


class TestMatrixChain:
    """Problem matrix_chain."""

    def test_the_handouts_chain(self, rng):
        """The sum of relu(X @ W1) @ W2 is computed as numpy computes it."""
        x, w1, w2 = _two_layers(rng)
        a, b, c = _tensors(x, w1, w2)

        loss = ((a @ b).relu() @ c).sum()

        assert_close(adapters.get_tensor_data(loss), np.array(np.sum(np.maximum(x @ w1, 0) @ w2)))

    def test_the_handouts_chain_has_gradients(self, rng):
        """After backward on the sum of relu(X @ W1) @ W2, the gradients of X, W1 and W2 are right."""
        arrays = _two_layers(rng)
        x, w1, w2 = inputs = _tensors(*arrays)

        loss = ((x @ w1).relu() @ w2).sum()
        loss.backward()

        _assert_gradients(inputs, arrays, lambda x, w1, w2: np.maximum(x @ w1, 0) @ w2)

    def test_a_network_with_biases(self, rng):
        """In relu(X @ W1 + b1) @ W2 + b2, the weights, the biases and X have the right gradients."""
        arrays = [*_two_layers(rng), rng.uniform(-0.1, 0.1, 5), rng.standard_normal(2)]
        [weights] = _normal(rng, (4, 2))
        x, w1, w2, b1, b2 = inputs = _tensors(*arrays)

        _backward_with((x @ w1 + b1).relu() @ w2 + b2, weights)

        def network(x, w1, w2, b1, b2):
            return (np.maximum(x @ w1 + b1, 0) @ w2 + b2) * weights

        _assert_gradients(inputs, arrays, network)

    def test_a_shared_weight(self, rng):
        """In tanh(X @ W) @ W, the gradient of W holds the contributions of both layers."""
        arrays = _normal(rng, (2, 3), (3, 3))
        x, w = inputs = _tensors(*arrays)

        adapters.run_tensor_backward((x @ w).tanh() @ w)

        _assert_gradients(inputs, arrays, lambda x, w: np.tanh(x @ w) @ w)

    def test_a_matrix_times_its_own_transpose(self, rng):
        """In X @ X.T, the gradient of X holds what comes directly and what comes through the transpose."""
        x, weights = _normal(rng, (2, 3), (2, 2))
        a = adapters.create_tensor(x)

        _backward_with(a @ a.T, weights)

        assert_close(adapters.get_tensor_grad(a), (weights + weights.T) @ x)

    def test_a_long_chain(self, rng):
        """In a product of ten matrices, each has the right gradient."""
        arrays = [np.eye(2) + matrix / 5 for matrix in _normal(rng, *[(2, 2)] * 10)]
        inputs = _tensors(*arrays)

        adapters.run_tensor_backward(reduce(operator.matmul, inputs))

        _assert_gradients(inputs, arrays, lambda *matrices: reduce(operator.matmul, matrices))

    def test_a_mean_squared_error(self, rng):
        """The mean of (X @ W + b - Y) ** 2 has the right gradients for X, W, b and Y."""
        arrays = _normal(rng, (4, 3), (3, 2), (2,), (4, 2))
        inputs = _tensors(*arrays)

        def error(x, w, b, y):
            return ((x @ w + b - y) ** 2).mean()

        adapters.run_tensor_backward(error(*inputs))

        _assert_gradients(inputs, arrays, error)

    def test_a_chain_through_exp_and_log(self, rng):
        """The mean over the rows of log(sum(exp(X @ W))) has the right gradients for X and W."""
        arrays = _normal(rng, (4, 3), (3, 2))
        x, w = inputs = _tensors(*arrays)

        adapters.run_tensor_backward((x @ w).exp().sum(axis=1).log().mean())

        _assert_gradients(inputs, arrays, lambda x, w: np.log(np.exp(x @ w).sum(axis=1)).mean())

    def test_a_hundred_thousand_gradients(self, rng):
        """Backward costs about as much as a forward pass, whatever the number of parameters: here 124,000."""
        x, w1, w2, weights = _normal(rng, (16, 300), (300, 400), (400, 10), (16, 10))
        a, b, c = _tensors(x, w1, w2)

        _backward_with((a @ b).relu() @ c, weights)

        upstream = (weights @ w2.T) * (x @ w1 > 0)
        assert_close(adapters.get_tensor_grad(a), upstream @ w1.T)
        assert_close(adapters.get_tensor_grad(b), x.T @ upstream)
        assert_close(adapters.get_tensor_grad(c), np.maximum(x @ w1, 0).T @ weights)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of relu(x @ v) @ w cost a few forward passes for a thousand numbers."""
        x, v = rng.standard_normal((8, 40)), rng.standard_normal((40, 40))
        w, weights = rng.standard_normal((40, 20)), rng.standard_normal((8, 20))

        hidden = x @ v
        upstream = (weights @ w.T) * (hidden > 0)
        expected = [upstream @ v.T, x.T @ upstream, np.maximum(hidden, 0).T @ weights]
        backward_cost.check_tensors(
            adapters,
            [x, v, w],
            lambda a, b, c: adapters.run_matmul(adapters.run_tensor_relu(adapters.run_matmul(a, b)), c),
            weights,
            expected,
        )
