"""Part 6, gradient descent, and a small network that learns."""

from dataclasses import dataclass

import numpy as np

from tests import adapters
from tests.cases.checks import LOOSELY, assert_close, assert_equal, plain_array
from tests.cases.networks import (
    BATCHES,
    assert_all_close,
    assert_below,
    backpropagate,
    data_of,
    different,
    drawn_between,
    gradients_of,
    loss_of,
    one_hot,
    set_randomly,
    softmax,
    sum_of_squares,
    tensor,
)
from tests.cases.reading import in_type_of, tensor_data, tensor_grad

TRAINED = {"rtol": 1e-3, "atol": 1e-6}  # rounding errors grow in training


def parameters_with_gradients(rng):
    """Return parameters of several shapes, copies of their data, and copies of their gradients."""
    a, b, c = different(rng, 3, most=5)
    shapes = [(a, b), (c,), (1,), (a, 1, c)]
    data, gradients = ([rng.normal(size=shape) for shape in shapes] for _ in range(2))
    parameters = [tensor(array) for array in data]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = in_type_of(parameter, gradient)
    return parameters, data, gradients


def moved(data, gradients, lr):
    """Return where a step of gradient descent leads from `data`."""
    return [x - lr * g for x, g in zip(data, gradients, strict=True)]


class TestSGD:
    """Gradient descent: p.data becomes p.data - lr * p.grad."""

    def test_a_step_subtracts_the_learning_rate_times_the_gradient(self, rng):
        """After a step every parameter holds its old data minus lr times its gradient."""
        parameters, data, gradients = parameters_with_gradients(rng)
        lr = float(rng.uniform(0.2, 0.8))

        adapters.run_sgd_step(parameters, lr)

        assert_all_close(data_of(parameters), moved(data, gradients, lr))

    def test_a_second_step_starts_where_the_first_ended(self, rng):
        """Two steps under one gradient move a parameter twice as far as one."""
        parameters, data, gradients = parameters_with_gradients(rng)
        lr = float(rng.uniform(0.05, 0.2))

        adapters.run_sgd_step(parameters, lr)
        adapters.run_sgd_step(parameters, lr)

        assert_all_close(data_of(parameters), moved(data, gradients, 2 * lr))

    def test_a_step_leaves_the_gradients_as_they_are(self, rng):
        """A step changes the data of the parameters and not their gradients."""
        parameters, data, gradients = parameters_with_gradients(rng)
        lr = float(rng.uniform(0.05, 0.2))

        adapters.run_sgd_step(parameters, lr)

        assert_all_close(gradients_of(parameters), gradients)
        assert_all_close(data_of(parameters[:1]), moved(data[:1], gradients[:1], lr), **LOOSELY)

    def test_a_zero_gradient_leaves_the_data_as_it_is(self, rng):
        """A parameter whose gradient is zero stays where it is, beside one that moves."""
        x, gradient = rng.normal(size=(2, *different(rng, 2)))
        still, moving, lr = tensor(x), tensor(x), float(rng.uniform(0.2, 0.8))
        moving.grad = in_type_of(moving, gradient)

        adapters.run_sgd_step([still, moving], lr)

        assert_all_close(data_of([still, moving]), [x, x - lr * gradient])

    def test_zero_grad_fills_every_gradient_with_zeros(self, rng):
        """After a step and zero_grad every gradient is zeros of its parameter's shape, and the data stay."""
        parameters, data, gradients = parameters_with_gradients(rng)
        lr = float(rng.uniform(0.2, 0.8))
        adapters.run_sgd_step(parameters, lr)

        adapters.zero_grad(parameters)

        assert_all_close(gradients_of(parameters), [np.zeros_like(array) for array in data])
        assert_all_close(data_of(parameters[1:2]), moved(data[1:2], gradients[1:2], lr), **LOOSELY)

    def test_a_backward_after_zero_grad_starts_afresh(self, rng):
        """After zero_grad a new backward pass leaves its own gradient, without the old one."""
        x, first, second = rng.normal(size=(3, *different(rng, 2)))
        p = tensor(x)
        backpropagate(p, first)

        adapters.zero_grad([p])
        backpropagate(adapters.run_tensor_mul(p, p), second)

        assert_close(tensor_grad(p), 2 * x * second)

    def test_steps_find_the_minimum_of_a_quadratic(self, rng):
        """Each step on sum((p - target) ** 2) takes p by 2 * lr of the way to the minimum."""
        target, start = rng.normal(size=(2, *different(rng, 2)))
        p, lr = tensor(start), float(rng.uniform(0.2, 0.4))

        for _ in range(12):
            adapters.zero_grad([p])
            adapters.run_tensor_backward(sum_of_squares(p - tensor(target)))
            adapters.run_sgd_step([p], lr)

        assert_close(tensor_data(p), target + (start - target) * (1 - 2 * lr) ** 12)


def parameter_shapes(sizes):
    """Return the shapes of the weight and the bias of both layers of an MLP of `sizes` (in, hidden, out)."""
    inputs, hidden, outputs = sizes
    return [(inputs, hidden), (hidden,), (hidden, outputs), (outputs,)]


def parameters_of(mlp, sizes):
    """Return the parameters of an MLP, weight and bias of each layer in turn, and their data.

    Their shapes tell which is which: the handout asks for all parameters, in no order.
    """
    parameters, wanted = list(adapters.get_mlp_parameters(mlp)), parameter_shapes(sizes)
    data = data_of(parameters)
    assert_equal(sorted(array.shape for array in data), sorted(wanted), hint="two weights and two biases")
    places = sorted(range(len(data)), key=lambda place: wanted.index(data[place].shape))
    return [parameters[place] for place in places], [data[place].copy() for place in places]


@dataclass(frozen=True)
class Network:
    """An MLP of the submission, its parameters in the order of `parameter_shapes`, and the arrays in them."""

    mlp: object
    parameters: list
    arrays: list


def drawn_network(rng, sizes=None):
    """Return an MLP of the given or of drawn sizes (in, hidden, out) with drawn parameters."""
    inputs, outputs = different(rng, 2, least=3, most=5)
    sizes = sizes or (inputs, drawn_between(rng, (6, 9)), outputs)
    mlp = adapters.create_mlp(*sizes)
    parameters, _ = parameters_of(mlp, sizes)
    return Network(mlp, parameters, set_randomly(parameters, parameter_shapes(sizes), rng))


def forward(arrays, x):
    """Return relu(x @ w1 + b1), and the output of the second layer, in numpy."""
    w1, b1, w2, b2 = arrays
    hidden = np.maximum(x @ w1 + b1, 0)
    return hidden, hidden @ w2 + b2


def pulled_back(arrays, x, upstream):
    """Return the gradients of an MLP's parameters under an upstream gradient, in numpy."""
    hidden, _ = forward(arrays, x)
    inner = (upstream @ arrays[2].T) * (hidden > 0)
    return [x.T @ inner, inner.sum(axis=0), hidden.T @ upstream, upstream.sum(axis=0)]


@dataclass(frozen=True)
class Lesson:
    """Training data, and how often and how fast to descend on all of them."""

    x: np.ndarray
    targets: np.ndarray
    lr: float
    steps: int


def trained(arrays, lesson):
    """Return the losses of an MLP before and after a lesson, in numpy.

    Every right engine finds these numbers, but for rounding. So a lucky start helps no wrong one.
    """
    before = loss_of(forward(arrays, lesson.x)[1], lesson.targets)
    for _ in range(lesson.steps):
        upstream = (softmax(forward(arrays, lesson.x)[1]) - lesson.targets) / len(lesson.x)
        arrays = moved(arrays, pulled_back(arrays, lesson.x, upstream), lesson.lr)
    return [before, loss_of(forward(arrays, lesson.x)[1], lesson.targets)]


def train(network, lesson):
    """Train the network of the submission, and return the losses before and after."""
    x, targets = tensor(lesson.x), tensor(lesson.targets)
    before = adapters.run_cross_entropy(adapters.run_mlp(network.mlp, x), targets)
    for _ in range(lesson.steps):
        adapters.zero_grad(network.parameters)
        loss = adapters.run_cross_entropy(adapters.run_mlp(network.mlp, x), targets)
        adapters.run_tensor_backward(loss)
        adapters.run_sgd_step(network.parameters, lesson.lr)
    after = adapters.run_cross_entropy(adapters.run_mlp(network.mlp, x), targets)
    return data_of([before, after])


class TestMLP:
    """A network of two layers with a ReLU between them, and its training."""

    def test_parameters_are_two_weights_and_two_biases(self, rng):
        """An MLP's parameters are weight and bias of both layers, in any order, and it uses all."""
        sizes = different(rng, 3, least=3, most=9)
        mlp, x = adapters.create_mlp(*sizes), 10 * rng.normal(size=(5, sizes[0]))

        _, arrays = parameters_of(mlp, sizes)

        output = adapters.run_mlp(mlp, tensor(x))
        assert_close(tensor_data(output), forward(arrays, x)[1], **LOOSELY)

    def test_forward_is_linear_relu_linear(self, rng):
        """An MLP computes relu(x @ W1 + b1) @ W2 + b2, a row for each row of x, from its parameters."""
        network = drawn_network(rng)

        for rows in BATCHES:
            x = rng.normal(size=(drawn_between(rng, rows), len(network.arrays[0])))
            output = adapters.run_mlp(network.mlp, tensor(x))
            assert_close(tensor_data(output), forward(network.arrays, x)[1])

    def test_gradients_reach_all_parameters(self, rng):
        """A backward pass through an MLP gives all four parameters their gradients."""
        network, batch = drawn_network(rng), drawn_between(rng, (6, 9))
        w1, _, _, b2 = network.arrays
        x, upstream = rng.normal(size=(batch, len(w1))), rng.normal(size=(batch, len(b2)))

        backpropagate(adapters.run_mlp(network.mlp, tensor(x)), upstream)

        assert_all_close(gradients_of(network.parameters), pulled_back(network.arrays, x, upstream))

    def test_training_lowers_the_loss(self, rng):
        """Thirty steps on three well separated groups of points halve the loss.

        The network starts from its own random weights, and where it ends follows from them.
        """
        labels, sizes = np.arange(45) % 3, (2, drawn_between(rng, (12, 20)), 3)
        angle = (rng.uniform(0, 1) + labels / 3) * 2 * np.pi
        x = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(scale=0.4, size=(45, 2))
        lesson = Lesson(x, one_hot(labels, 3), lr=float(rng.uniform(0.7, 0.9)), steps=30)
        mlp = adapters.create_mlp(*sizes)
        parameters, start = parameters_of(mlp, sizes)

        before, after = train(Network(mlp, parameters, start), lesson)

        hint = "each step: zero_grad, forward, loss, backward, SGD step"
        assert_below("loss", float(after), float(before) / 2, hint=hint)
        assert_all_close([before, after], trained(start, lesson), **TRAINED, hint=hint)

    def test_learns_xor(self, rng):
        """Twenty steps teach an MLP exclusive-or, beyond any linear model, as fast as they should."""
        x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]) + rng.uniform(-0.15, 0.15, size=(4, 2))
        network = drawn_network(rng, (2, drawn_between(rng, (24, 32)), 2))
        lesson = Lesson(x, one_hot([0, 1, 1, 0], 2), lr=float(rng.uniform(0.4, 0.6)), steps=20)

        losses = train(network, lesson)

        hint = "without the ReLU the loss stays at log(2) = 0.693"
        assert_all_close(losses, trained(network.arrays, lesson), **TRAINED, hint=hint)

    def test_learns_a_spiral(self, rng):
        """Forty steps part two arms of a spiral, which no linear model can, as fast as they should."""
        points = drawn_between(rng, (20, 30))
        radius, arm = np.tile(np.linspace(0.1, 1, points), 2), np.repeat([0, 1], points)
        angle = 2 * np.pi * radius + np.pi * arm + rng.uniform(0, 2 * np.pi)
        x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        network = drawn_network(rng, (2, drawn_between(rng, (24, 32)), 2))
        lesson = Lesson(x, one_hot(arm, 2), lr=float(rng.uniform(0.8, 1.2)), steps=40)

        losses = train(network, lesson)

        hint = "the forward pass, the loss or a gradient is off: see the other tests"
        assert_all_close(losses, trained(network.arrays, lesson), **TRAINED, hint=hint)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a network with a thousand numbers cost a few forward passes."""
        mlp = adapters.create_mlp(40, 50, 20)
        found = tensor_data.of_all(adapters.get_mlp_parameters(mlp))
        assert_equal(sorted(map(np.shape, found)), [(20,), (40, 50), (50,), (50, 20)])
        shaped = {np.shape(array): plain_array(array) for array in found}
        first, second = shaped[40, 50], shaped[50, 20]
        x, weights = rng.standard_normal((4, 40)), rng.standard_normal((4, 20))

        upstream = (weights @ second.T) * (x @ first + shaped[50,] > 0)
        backward_cost.check_tensors(
            adapters, [x], lambda a: adapters.run_mlp(mlp, a), weights, [upstream @ first.T]
        )
