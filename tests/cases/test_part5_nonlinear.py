"""Part 5, activations of tensors, and chains of products and activations."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import assert_close
from tests.cases.drawn_graphs import MANY
from tests.cases.own_sweep import pull_back
from tests.cases.reading import in_type_of, tensor_data, tensor_grad
from tests.cases.tensors import (
    assert_gradients,
    backward_with,
    create_tensors,
    crossed,
    positive,
    shapes,
    signed,
    signs,
)

FUNCTIONS = {"relu": lambda x: np.maximum(x, 0), "exp": np.exp, "log": np.log, "tanh": np.tanh}
DERIVATIVES = {
    "relu": lambda x: np.where(x > 0, 1.0, 0.0),
    "exp": np.exp,
    "log": lambda x: 1 / x,
    "tanh": lambda x: 1 - np.tanh(x) ** 2,
}
PRINTED = {  # by the handout: an input of the activation, and its output
    "relu": ([[-1.0, 2.0], [3.0, -4.0]], [[0.0, 2.0], [3.0, 0.0]]),
    "exp": ([[1.0, 2.0]], [[2.718281828459045, 7.38905609893065]]),
}


def _activate(name, tensor):
    """Apply the activation `name`: tanh is a method, the others have adapters."""
    return tensor.tanh() if name == "tanh" else getattr(adapters, f"run_tensor_{name}")(tensor)


def _activate_all(rng, name, tensors):
    """Return the activation of each of many tensors, with a drawn number of other nodes before each.

    A tanh that is made of exp uses its operand twice, and a wrong order is right for it by chance.
    """
    activated, others = [], []
    for tensor in tensors:
        others += [adapters.run_tensor_mul(tensor, tensor) for _ in range(rng.integers(3))]
        activated.append(_activate(name, tensor))
    return activated


def _inputs(rng, name, axes):
    """Return an array of numbers on both sides of zero, none near it; for log, of positive ones."""
    [x] = (positive if name == "log" else signed)(rng, *shapes(rng, axes))
    return x


def _two_layers(rng):
    """Return X, W1, W2 such that no number in X @ W1 is near relu's corner at 0.

    In each column of X @ W1 there are numbers of both signs, and in each row of W2 of one sign.
    """
    size_x, size_w1, size_w2 = positive(rng, *shapes(rng, "bi", "ih", "ho"))
    x = size_x * signs(rng, (len(size_x), 1))
    w1 = size_w1 * signs(rng, (1, size_w1.shape[1]))
    return [x, w1, size_w2 * signs(rng, (len(size_w2), 1))]


class TestTensorActivations:
    """Problem tensor_activations."""

    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_applies_to_every_element(self, rng, worked_example, name):
        """The activation of a tensor is the activation of each of its elements, in a new array."""
        x = _inputs(rng, name, "nm")
        a = adapters.create_tensor(x.copy())

        if name in PRINTED:
            given, expected = (np.array(numbers) for numbers in PRINTED[name])
            with worked_example():
                c = _activate(name, adapters.create_tensor(given))
                assert_close(tensor_data(c), expected)

        assert_close(tensor_data(_activate(name, a)), FUNCTIONS[name](x))
        assert_close(tensor_data(a), x)

    @pytest.mark.parametrize("name", DERIVATIVES)
    def test_scales_the_gradient_by_the_derivative(self, rng, name):
        """Each element's gradient is the one that arrives there, times the derivative at that element."""
        [shape], firsts = shapes(rng, "nm"), [1] if name == "log" else [1, -1]
        cases = [crossed(rng, shape, firsts, [1, -1]) for _ in range(MANY)]
        inputs = create_tensors(*(x for x, _ in cases))

        for c, (_, weights) in zip(_activate_all(rng, name, inputs), cases, strict=True):
            backward_with(c, weights)

        for found, (x, weights) in zip(tensor_grad.of_all(inputs), cases, strict=True):
            assert_close(found, DERIVATIVES[name](x) * weights)

    @pytest.mark.parametrize("name", DERIVATIVES)
    def test_it_adds_to_a_gradient_that_is_there(self, rng, name):
        """The rule of an activation adds to the present gradient of a 3-d tensor."""
        x = _inputs(rng, name, "abc")
        held, arriving = positive(rng, x.shape, x.shape)
        a = adapters.create_tensor(x.copy())
        a.grad = in_type_of(a, held)

        pull_back(_activate(name, a), arriving)

        assert_close(tensor_grad(a), held + DERIVATIVES[name](x) * arriving)

    def test_relu_is_flat_at_zero(self, rng):
        """Where the input is exactly 0, relu is 0 and so is its gradient."""
        x, weights = crossed(rng, *shapes(rng, "nm"), [1, 0, -1], [1, -1])
        a = adapters.create_tensor(x.copy())
        c = adapters.run_tensor_relu(a)

        backward_with(c, weights)

        assert_close(tensor_data(c), np.maximum(x, 0))
        assert_close(tensor_grad(a), np.where(x > 0, weights, 0.0))

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
        a, b, c = create_tensors(x, w1, w2)

        loss = ((a @ b).relu() @ c).sum()

        assert_close(tensor_data(loss), np.array(np.sum(np.maximum(x @ w1, 0) @ w2)))

    def test_the_handouts_chain_has_gradients(self, rng):
        """After backward on the sum of relu(X @ W1) @ W2, the gradients of X, W1 and W2 are right."""
        arrays = _two_layers(rng)
        x, w1, w2 = inputs = create_tensors(*arrays)

        loss = ((x @ w1).relu() @ w2).sum()
        loss.backward()

        assert_gradients(inputs, arrays, lambda x, w1, w2: np.maximum(x @ w1, 0) @ w2)

    def test_a_network_with_biases(self, rng):
        """In relu(X @ W1 + b1) @ W2 + b2, the weights, the biases and X have the right gradients."""
        x, w1, w2 = _two_layers(rng)
        hidden, outputs = w2.shape
        [b2], [weights] = signed(rng, (outputs,)), positive(rng, (len(x), outputs))
        arrays = [x, w1, w2, rng.uniform(-0.1, 0.1, hidden), b2]
        x, w1, w2, b1, b2 = inputs = create_tensors(*arrays)

        backward_with((x @ w1 + b1).relu() @ w2 + b2, weights)

        def network(x, w1, w2, b1, b2):
            return (np.maximum(x @ w1 + b1, 0) @ w2 + b2) * weights

        assert_gradients(inputs, arrays, network)

    def test_a_shared_weight(self, rng):
        """In (relu(X @ W) * G) @ W.T, the gradient of W holds the contributions of both layers."""
        arrays = signed(rng, *shapes(rng, "bn", "nm", "bm"))
        x, w, g = create_tensors(*arrays)

        adapters.run_tensor_backward((adapters.run_tensor_relu(x @ w) * g) @ w.T)

        assert_gradients([x, w], arrays, lambda x, w, g: (np.maximum(x @ w, 0) * g) @ w.T)

    def test_a_matrix_times_its_own_transpose(self, rng):
        """In (X * Y) @ X.T, the gradient of X is the sum through the product and through X.T."""
        x, y, weights = positive(rng, *shapes(rng, "nm", "nm", "nn"))
        a, b = create_tensors(x, y)

        backward_with((a * b) @ a.T, weights)

        assert_close(tensor_grad(a), weights @ x * y + weights.T @ (x * y))

    def test_a_mean_squared_error(self, rng):
        """The mean of (X @ W + b - Y) ** 2 has the right gradients for X, W, b and Y."""
        arrays = signed(rng, *shapes(rng, "nm", "md", "d", "nd"))
        inputs = create_tensors(*arrays)

        def error(x, w, b, y):
            return ((x @ w + b - y) ** 2).mean()

        adapters.run_tensor_backward(error(*inputs))

        assert_gradients(inputs, arrays, error)

    def test_a_chain_through_exp_and_log(self, rng):
        """The mean over the rows of log(sum(exp(X @ W))) has the right gradients for X and W."""
        arrays = [array / 2 for array in signed(rng, *shapes(rng, "nm", "md"))]
        x, w = inputs = create_tensors(*arrays)

        adapters.run_tensor_backward((x @ w).exp().sum(axis=1).log().mean())

        assert_gradients(inputs, arrays, lambda x, w: np.log(np.exp(x @ w).sum(axis=1)).mean())

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
