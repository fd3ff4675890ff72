"""Part 6: layers, softmax, cross-entropy, gradient descent, a small network, and gradient checking."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import Mismatch, assert_close, assert_differ, assert_equal, kind, plain_array

TRAINING_SEED = 2
AXES = pytest.mark.parametrize("axis", [-1, 0, 1], ids=["last", "first", "middle"])
BATCHES = pytest.mark.parametrize("batch", [1, 5], ids=["batch-of-1", "batch-of-5"])


def tensor(array):
    """Return a new Tensor that holds a copy of `array`."""
    return adapters.create_tensor(np.array(array, dtype=np.float64))


def data_of(parameters):
    """Return the data of each parameter."""
    return [plain_array(adapters.get_tensor_data(parameter)) for parameter in parameters]


def gradients_of(parameters):
    """Return the gradient of each parameter."""
    return [plain_array(adapters.get_tensor_grad(parameter)) for parameter in parameters]


def shapes_of(parameters):
    """Return the shape of each parameter."""
    return [np.shape(data) for data in data_of(parameters)]


def set_randomly(parameters, rng):
    """Give weights and biases new random data of a size that trains well, and return the arrays."""
    arrays = []
    for parameter, shape in zip(parameters, shapes_of(parameters), strict=True):
        scale = np.sqrt(2 / shape[0]) if len(shape) == 2 else 0.1
        arrays.append(rng.normal(scale=scale, size=shape))
        parameter.data = arrays[-1].copy()
    return arrays


def same_in_every_run():
    """Return a generator for training, so that a faulty engine's verdict does not hang on a lucky seed."""
    return np.random.default_rng(TRAINING_SEED)


def backpropagate(output, upstream):
    """Run backward from the sum of `output` * `upstream`, so that `upstream` is the gradient of `output`."""
    product = adapters.run_tensor_mul(output, tensor(upstream))
    adapters.run_tensor_backward(adapters.run_tensor_sum(product))


def softmax(x, axis=-1):
    """Return the softmax of an array, in numpy."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def one_hot(labels, classes):
    """Return the one-hot rows of `labels`."""
    return np.eye(classes)[labels]


def assert_all_close(arrays, expected):
    """Fail unless there are as many arrays as expected and each is close to its own."""
    assert_equal(len(arrays), len(expected))
    for array, wanted in zip(arrays, expected, strict=True):
        assert_close(array, wanted)


def assert_below(what, number, limit, *, hint):
    """Fail unless `number`, which is the `what`, is below `limit` (a nan is not)."""
    if not number < limit:
        raise Mismatch(f"the {what} is too large", expected=f"below {limit:.4g}", actual=number, hint=hint)


class TestLinearLayer:
    """A layer computes x @ W + b."""

    def test_parameters_are_the_weight_and_the_bias(self):
        """A Linear layer's parameters are its weight of shape (in, out), then its bias of shape (out,)."""
        layer = adapters.create_linear_layer(4, 3)

        shapes = shapes_of(adapters.get_linear_parameters(layer))

        assert_equal(shapes, [(4, 3), (3,)])

    def test_weights_start_random_and_small(self):
        """A new layer's weights differ from each other and are all smaller than 1 in size."""
        layer = adapters.create_linear_layer(200, 50)

        weight, _ = data_of(adapters.get_linear_parameters(layer))

        assert_below("largest weight", np.abs(weight).max(), 1, hint="scale random weights down, say by 0.01")
        hint = "weights that start equal stay equal in training: draw them at random"
        assert_differ(weight, np.full(weight.shape, weight[0, 0]), hint=hint)

    def test_bias_starts_at_zero(self):
        """A new layer's bias is all zeros."""
        layer = adapters.create_linear_layer(4, 3)

        _, bias = data_of(adapters.get_linear_parameters(layer))

        assert_close(bias, np.zeros(3))

    def test_two_layers_start_with_different_weights(self):
        """Two new layers of one size do not start with the same weights."""
        layers = [adapters.create_linear_layer(6, 5) for _ in range(2)]

        (first, _), (second, _) = (data_of(adapters.get_linear_parameters(layer)) for layer in layers)

        assert_differ(first, second, hint="draw new random weights for each layer")

    @BATCHES
    def test_forward_is_x_times_weight_plus_bias(self, rng, batch):
        """A layer turns a batch x into x @ W + b, whatever the number of rows."""
        layer = adapters.create_linear_layer(4, 3)
        weight, bias = set_randomly(adapters.get_linear_parameters(layer), rng)
        x = rng.normal(size=(batch, 4))

        y = adapters.run_linear_layer(layer, tensor(x))

        assert_close(adapters.get_tensor_data(y), x @ weight + bias)

    def test_gradients_reach_the_weight_and_the_bias(self, rng):
        """Under an output gradient g the weight gets x transposed times g, and the bias the sum of g."""
        layer = adapters.create_linear_layer(4, 3)
        x, upstream = rng.normal(size=(5, 4)), rng.normal(size=(5, 3))

        backpropagate(adapters.run_linear_layer(layer, tensor(x)), upstream)

        gradients = gradients_of(adapters.get_linear_parameters(layer))
        assert_all_close(gradients, [x.T @ upstream, upstream.sum(axis=0)])

    def test_gradient_reaches_the_input(self, rng):
        """The gradient of a layer's input is the gradient of the output times W transposed."""
        layer = adapters.create_linear_layer(4, 3)
        weight, _ = set_randomly(adapters.get_linear_parameters(layer), rng)
        x, upstream = tensor(rng.normal(size=(5, 4))), rng.normal(size=(5, 3))

        backpropagate(adapters.run_linear_layer(layer, x), upstream)

        assert_close(adapters.get_tensor_grad(x), upstream @ weight.T)

    def test_a_layer_used_twice_adds_up_its_gradients(self, rng):
        """A layer used twice in one expression gets the sum of both gradients."""
        layer = adapters.create_linear_layer(4, 3)
        first, second = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
        upstream = rng.normal(size=(5, 3))

        outputs = [adapters.run_linear_layer(layer, tensor(x)) for x in (first, second)]
        backpropagate(adapters.run_tensor_add(*outputs), upstream)

        gradients = gradients_of(adapters.get_linear_parameters(layer))
        assert_all_close(gradients, [(first + second).T @ upstream, 2 * upstream.sum(axis=0)])

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a layer with a thousand numbers cost a few forward passes."""
        layer = adapters.create_linear_layer(50, 60)
        weight = adapters.get_tensor_data(adapters.get_linear_parameters(layer)[0])
        x, weights = rng.standard_normal((4, 50)), rng.standard_normal((4, 60))

        expected = [weights @ plain_array(weight).T]
        backward_cost.check_tensors(
            adapters, [x], lambda a: adapters.run_linear_layer(layer, a), weights, expected
        )


class TestSoftmax:
    """Softmax turns scores into probabilities."""

    @AXES
    def test_matches_the_definition_along_each_axis(self, rng, axis):
        """Softmax along an axis is exp(x) divided by the sum of exp(x) along that axis."""
        x = rng.normal(size=(2, 3, 4))

        probabilities = adapters.run_softmax(tensor(x), axis=axis)

        assert_close(adapters.get_tensor_data(probabilities), softmax(x, axis))

    @pytest.mark.parametrize("shape", [(4,), (3, 5)], ids=["vector", "matrix"])
    def test_takes_the_last_axis_unless_told_otherwise(self, rng, shape):
        """Softmax without an axis works along the last one."""
        x = rng.normal(size=shape)

        probabilities = adapters.run_softmax(tensor(x))

        assert_close(adapters.get_tensor_data(probabilities), softmax(x))

    def test_each_row_sums_to_one(self, rng):
        """The probabilities of each row sum to 1."""
        scores = tensor(rng.normal(scale=3, size=(6, 4)))

        probabilities = plain_array(adapters.get_tensor_data(adapters.run_softmax(scores)))

        assert_close(np.sum(probabilities, axis=-1), np.ones(6))

    @pytest.mark.parametrize(
        "scores",
        [[[1000.0, 0.0, -1000.0]], [[1000.0, 1000.0, 999.0]], [[1000.0, 1001.0], [-1000.0, -1001.0]]],
        ids=["far-apart", "all-large", "one-row-large-one-small"],
    )
    def test_extreme_scores_do_not_overflow(self, scores):
        """Softmax of scores as large as 1000 and as small as -1000 is finite and right."""
        x = tensor(scores)

        probabilities = adapters.run_softmax(x)

        hint = "subtract from each row its own maximum before exp"
        assert_close(adapters.get_tensor_data(probabilities), softmax(np.array(scores)), hint=hint)

    def test_a_constant_added_to_a_row_changes_nothing(self, rng):
        """Adding one number to all scores of a row leaves its probabilities as they were."""
        x = rng.normal(size=(3, 4))

        probabilities = adapters.run_softmax(tensor(x + np.array([[5.0], [-20.0], [300.0]])))

        assert_close(adapters.get_tensor_data(probabilities), softmax(x))

    @AXES
    def test_gradient_matches_the_closed_form(self, rng, axis):
        """The gradient of softmax s under an upstream gradient g is s * (g - sum(g * s)) along the axis."""
        x, upstream = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 3, 4))
        scores = tensor(x)

        backpropagate(adapters.run_softmax(scores, axis=axis), upstream)

        s = softmax(x, axis)
        expected = s * (upstream - (upstream * s).sum(axis=axis, keepdims=True))
        assert_close(adapters.get_tensor_grad(scores), expected)

    def test_leaves_its_input_unchanged(self, rng):
        """Softmax does not change the data of its input."""
        x = rng.normal(size=(3, 4))
        scores = tensor(x)

        adapters.run_softmax(scores)

        assert_close(adapters.get_tensor_data(scores), x)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a softmax costs a few forward passes for a thousand numbers."""
        x, weights = rng.standard_normal((2, 25, 40))

        y = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
        expected = [y * (weights - (weights * y).sum(axis=1, keepdims=True))]
        backward_cost.check_tensors(adapters, [x], adapters.run_softmax, weights, expected)


class TestCrossEntropy:
    """Cross-entropy of logits against one-hot targets, averaged over the batch."""

    @BATCHES
    def test_is_one_number_that_matches_the_definition(self, rng, batch):
        """The loss is one number: minus the log of the right class's softmax, averaged over the batch."""
        logits, labels = rng.normal(scale=2, size=(batch, 4)), rng.integers(4, size=batch)

        loss = adapters.run_cross_entropy(tensor(logits), tensor(one_hot(labels, 4)))

        expected = -np.log(softmax(logits)[np.arange(batch), labels]).mean()
        assert_close(adapters.get_tensor_data(loss), expected)

    @pytest.mark.parametrize(("label", "expected"), [(0, 0.0), (1, 2000.0)], ids=["right", "wrong"])
    def test_extreme_logits_do_not_overflow(self, label, expected):
        """The loss of logits 1000 and -1000 is 0 if the first class is right and 2000 if the second is."""
        logits, targets = tensor([[1000.0, -1000.0]]), tensor(one_hot([label], 2))

        loss = adapters.run_cross_entropy(logits, targets)

        hint = "use max + log(sum(exp(z - max))): softmax followed by log takes the log of 0 here"
        assert_close(adapters.get_tensor_data(loss), expected, hint=hint)

    @pytest.mark.parametrize("classes", [2, 10])
    def test_equal_logits_cost_the_log_of_the_number_of_classes(self, classes):
        """When all k logits are equal the loss is log(k)."""
        logits, targets = tensor(np.full((3, classes), 0.7)), tensor(one_hot([0, 1, 1], classes))

        loss = adapters.run_cross_entropy(logits, targets)

        assert_close(adapters.get_tensor_data(loss), np.log(classes))

    @BATCHES
    def test_gradient_is_softmax_minus_targets_over_the_batch_size(self, rng, batch):
        """The gradient of the logits is (softmax - targets) divided by the batch size."""
        z, targets = rng.normal(scale=2, size=(batch, 4)), one_hot(rng.integers(4, size=batch), 4)
        logits = tensor(z)

        adapters.run_tensor_backward(adapters.run_cross_entropy(logits, tensor(targets)))

        assert_close(adapters.get_tensor_grad(logits), (softmax(z) - targets) / batch)

    def test_gradient_is_scaled_by_what_comes_after_the_loss(self, rng):
        """A loss multiplied by 3 sends back gradients three times as large."""
        z, targets = rng.normal(size=(5, 4)), one_hot(rng.integers(4, size=5), 4)
        logits = tensor(z)

        backpropagate(adapters.run_cross_entropy(logits, tensor(targets)), 3.0)

        hint = "backward multiplies the loss's own gradient by out.grad"
        assert_close(adapters.get_tensor_grad(logits), 3 * (softmax(z) - targets) / 5, hint=hint)

    def test_gradient_is_finite_at_extreme_logits(self):
        """The gradient at logits 1000 and -1000 is (softmax - targets) / batch, without a nan."""
        logits = tensor([[1000.0, -1000.0], [-1000.0, 1000.0]])

        adapters.run_tensor_backward(adapters.run_cross_entropy(logits, tensor(one_hot([1, 1], 2))))

        assert_close(adapters.get_tensor_grad(logits), np.array([[0.5, -0.5], [0.0, 0.0]]))

    def test_leaves_its_inputs_unchanged(self, rng):
        """Computing the loss and its gradient changes the data of neither logits nor targets."""
        z, t = rng.normal(size=(5, 4)), one_hot(rng.integers(4, size=5), 4)
        logits, targets = tensor(z), tensor(t)

        adapters.run_tensor_backward(adapters.run_cross_entropy(logits, targets))

        assert_all_close(data_of([logits, targets]), [z, t])

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of the loss costs a few forward passes for a thousand logits."""
        logits, weights = rng.standard_normal((50, 60)), np.array(rng.uniform(0.5, 2.0))
        targets = np.eye(60)[rng.integers(60, size=50)]

        probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        expected = [weights * (probabilities - targets) / 50]
        backward_cost.check_tensors(
            adapters,
            [logits],
            lambda x: adapters.run_cross_entropy(x, adapters.create_tensor(targets)),
            weights,
            expected,
        )


SHAPES = [(2, 3), (3,), (1,), (2, 1, 4)]


def parameters_with_gradients(rng):
    """Return parameters of several shapes, copies of their data, and copies of their gradients."""
    data, gradients = ([rng.normal(size=shape) for shape in SHAPES] for _ in range(2))
    parameters = [tensor(array) for array in data]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.copy()
    return parameters, data, gradients


class TestSGD:
    """Gradient descent: p.data becomes p.data - lr * p.grad."""

    @pytest.mark.parametrize("lr", [1.0, 0.01])
    def test_a_step_subtracts_the_learning_rate_times_the_gradient(self, rng, lr):
        """After a step every parameter holds its old data minus lr times its gradient."""
        parameters, data, gradients = parameters_with_gradients(rng)

        adapters.run_sgd_step(parameters, lr)

        assert_all_close(data_of(parameters), [x - lr * g for x, g in zip(data, gradients, strict=True)])

    def test_a_second_step_starts_where_the_first_ended(self, rng):
        """Two steps under one gradient move a parameter twice as far as one."""
        parameters, data, gradients = parameters_with_gradients(rng)

        adapters.run_sgd_step(parameters, 0.1)
        adapters.run_sgd_step(parameters, 0.1)

        assert_all_close(data_of(parameters), [x - 0.2 * g for x, g in zip(data, gradients, strict=True)])

    def test_a_step_leaves_the_gradients_as_they_are(self, rng):
        """A step changes the data of the parameters and not their gradients."""
        parameters, _, gradients = parameters_with_gradients(rng)

        adapters.run_sgd_step(parameters, 0.1)

        assert_all_close(gradients_of(parameters), gradients)

    def test_a_zero_gradient_leaves_the_data_as_it_is(self, rng):
        """A parameter whose gradient is zero stays where it is, beside one that moves."""
        x = rng.normal(size=(2, 3))
        still, moving = tensor(x), tensor(x)
        moving.grad = np.ones((2, 3))

        adapters.run_sgd_step([still, moving], 0.5)

        assert_all_close(data_of([still, moving]), [x, x - 0.5])

    def test_zero_grad_fills_every_gradient_with_zeros(self, rng):
        """After zero_grad every parameter's gradient is zeros of the parameter's shape."""
        parameters, _, _ = parameters_with_gradients(rng)

        adapters.zero_grad(parameters)

        assert_all_close(gradients_of(parameters), [np.zeros(shape) for shape in SHAPES])

    def test_a_backward_after_zero_grad_starts_afresh(self, rng):
        """After zero_grad a new backward pass leaves its own gradient, without the old one."""
        p, first, second = tensor(np.ones((2, 3))), rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
        backpropagate(p, first)

        adapters.zero_grad([p])
        backpropagate(p, second)

        assert_close(adapters.get_tensor_grad(p), second)

    def test_steps_find_the_minimum_of_a_quadratic(self, rng):
        """Thirty rounds of zero_grad, backward and step bring p to the minimum of sum((p - target) ** 2)."""
        target = rng.normal(size=(2, 3))
        p = tensor(np.zeros((2, 3)))

        for _ in range(30):
            adapters.zero_grad([p])
            adapters.run_tensor_backward(sum_of_squares(p - tensor(target)))
            adapters.run_sgd_step([p], 0.3)

        assert_close(adapters.get_tensor_data(p), target)


def train(mlp, inputs, labels, *, lr, steps):
    """Train `mlp` on all inputs `steps` times, and return the losses before and after."""
    x, targets = tensor(inputs), tensor(one_hot(labels, labels.max() + 1))
    parameters = adapters.get_mlp_parameters(mlp)
    before = adapters.run_cross_entropy(adapters.run_mlp(mlp, x), targets)
    for _ in range(steps):
        adapters.zero_grad(parameters)
        loss = adapters.run_cross_entropy(adapters.run_mlp(mlp, x), targets)
        adapters.run_tensor_backward(loss)
        adapters.run_sgd_step(parameters, lr)
    after = adapters.run_cross_entropy(adapters.run_mlp(mlp, x), targets)
    return [float(loss) for loss in data_of([before, after])]


class TestMLP:
    """A network of two layers with a ReLU between them, and its training."""

    def test_parameters_are_two_weights_and_two_biases(self):
        """An MLP's parameters are weight and bias of the first layer, then weight and bias of the second."""
        mlp = adapters.create_mlp(4, 8, 3)

        shapes = shapes_of(adapters.get_mlp_parameters(mlp))

        assert_equal(shapes, [(4, 8), (8,), (8, 3), (3,)])

    @BATCHES
    def test_output_has_a_row_of_scores_per_example(self, rng, batch):
        """An MLP turns a batch of inputs into one row of output_size numbers each."""
        mlp = adapters.create_mlp(4, 8, 3)

        output = adapters.run_mlp(mlp, tensor(rng.normal(size=(batch, 4))))

        assert_equal(plain_array(adapters.get_tensor_data(output)).shape, (batch, 3))

    def test_forward_is_linear_relu_linear(self, rng):
        """An MLP computes relu(x @ W1 + b1) @ W2 + b2 from the tensors that it calls its parameters."""
        mlp = adapters.create_mlp(4, 8, 3)
        w1, b1, w2, b2 = set_randomly(adapters.get_mlp_parameters(mlp), rng)
        x = rng.normal(size=(5, 4))

        output = adapters.run_mlp(mlp, tensor(x))

        assert_close(adapters.get_tensor_data(output), np.maximum(x @ w1 + b1, 0) @ w2 + b2)

    def test_gradients_reach_all_parameters(self, rng):
        """A backward pass through an MLP gives all four parameters their gradients."""
        mlp = adapters.create_mlp(4, 8, 3)
        parameters = adapters.get_mlp_parameters(mlp)
        w1, b1, w2, _ = set_randomly(parameters, rng)
        x, upstream = rng.normal(size=(5, 4)), rng.normal(size=(5, 3))

        backpropagate(adapters.run_mlp(mlp, tensor(x)), upstream)

        hidden = np.maximum(x @ w1 + b1, 0)
        inner = (upstream @ w2.T) * (hidden > 0)
        expected = [x.T @ inner, inner.sum(axis=0), hidden.T @ upstream, upstream.sum(axis=0)]
        assert_all_close(gradients_of(parameters), expected)

    def test_training_lowers_the_loss(self):
        """Sixty steps on three well separated groups of points bring the loss below half of what it was."""
        labels = np.arange(60) % 3
        centres = np.array([[2.0, 0.0], [-1.0, 1.7], [-1.0, -1.7]])
        points = centres[labels] + same_in_every_run().normal(scale=0.4, size=(60, 2))
        mlp = adapters.create_mlp(2, 16, 3)

        before, after = train(mlp, points, labels, lr=0.5, steps=60)

        assert_below(
            "loss", after, before / 2, hint="each step: zero_grad, forward, loss, backward, SGD step"
        )

    def test_learns_xor(self):
        """Sixty steps teach an MLP exclusive-or, beyond any linear model: the loss falls below 0.1."""
        points, labels = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
        mlp = adapters.create_mlp(2, 32, 2)
        set_randomly(adapters.get_mlp_parameters(mlp), same_in_every_run())

        _, after = train(mlp, points, labels, lr=0.5, steps=60)

        assert_below("loss", after, 0.1, hint="without the ReLU the loss stays at log(2) = 0.693")

    def test_learns_a_spiral(self):
        """Eighty steps part two arms of a spiral: the loss falls below 0.2 (a linear model's: 0.6)."""
        radius, arm = np.tile(np.linspace(0.1, 1, 50), 2), np.repeat([0, 1], 50)
        angle = 2 * np.pi * radius + np.pi * arm
        points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        mlp = adapters.create_mlp(2, 32, 2)
        set_randomly(adapters.get_mlp_parameters(mlp), same_in_every_run())

        _, after = train(mlp, points, arm, lr=2.0, steps=80)

        assert_below(
            "loss", after, 0.2, hint="the forward pass, the loss or a gradient is off: see the other tests"
        )

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a network with a thousand numbers cost a few forward passes."""
        mlp = adapters.create_mlp(40, 50, 20)
        found = [adapters.get_tensor_data(parameter) for parameter in adapters.get_mlp_parameters(mlp)]
        assert_equal(sorted(map(np.shape, found)), [(20,), (40, 50), (50,), (50, 20)])
        shaped = {np.shape(array): plain_array(array) for array in found}
        first, second = shaped[40, 50], shaped[50, 20]
        x, weights = rng.standard_normal((4, 40)), rng.standard_normal((4, 20))

        upstream = (weights @ second.T) * (x @ first + shaped[50,] > 0)
        backward_cost.check_tensors(
            adapters, [x], lambda a: adapters.run_mlp(mlp, a), weights, [upstream @ first.T]
        )


def sum_of_squares(x):
    """Return the sum of x * x."""
    return adapters.run_tensor_sum(adapters.run_tensor_mul(x, x))


def sum_of_cubes(x):
    """Return the sum of x * x * x."""
    return adapters.run_tensor_sum(adapters.run_tensor_mul(adapters.run_tensor_mul(x, x), x))


def matrix_expression(x):
    """Return a sum over exp, tanh and matmul of a matrix of two columns."""
    weight = tensor([[0.3, -0.5, -0.4], [0.8, 0.1, 0.6]])
    return adapters.run_tensor_sum(adapters.run_tensor_exp(adapters.run_matmul(x, weight).tanh()))


def mean_of_relu(x):
    """Return the mean of relu(x)."""
    return adapters.run_tensor_mean(adapters.run_tensor_relu(x))


def squares_with_gradient_times(factor):
    """Return a function whose value is sum(x * x) and whose gradient is `factor` times the right one."""

    def function(x):
        numbers = plain_array(adapters.get_tensor_data(x)).copy()
        live = adapters.run_tensor_mul(adapters.run_tensor_mul(x, x), tensor(factor * np.ones_like(numbers)))
        cut_off = tensor((1 - factor) * numbers**2)
        return adapters.run_tensor_sum(adapters.run_tensor_add(live, cut_off))

    return function


def assert_verdict(verdict, *, expected, hint=None):
    """Fail unless a gradient check returned the truth value `expected`."""
    if kind(verdict) not in {"bool", "bool_"}:  # numpy's truth values are called one or the other
        raise Mismatch("a gradient check returns True or False", expected=expected, actual=kind(verdict))
    assert_equal(bool(verdict), expected, hint=hint)


class TestGradientCheck:
    """Backward's gradient against central differences."""

    INPUT = np.array([[0.5, -1.2], [1.5, -0.7]])  # away from 0, where relu has a corner
    LAST = np.array([[0.0, 0.0], [0.0, 1.0]])

    @pytest.mark.parametrize("function", [sum_of_squares, matrix_expression, mean_of_relu])
    def test_accepts_a_right_gradient(self, function):
        """A check of a function whose gradient is right returns True."""
        x = tensor(self.INPUT)

        verdict = adapters.run_gradient_check(function, x)

        assert_verdict(verdict, expected=True)

    @pytest.mark.parametrize(
        "factor",
        [0, 0.5, 2, -1, 1 + LAST, 2 - LAST],
        ids=["missing", "half-missing", "doubled", "sign-flipped", "wrong-in-the-last", "right-in-the-last"],
    )
    def test_rejects_a_wrong_gradient(self, factor):
        """A check of a function whose backward pass is wrong, be it in one element, returns False."""
        x = tensor(self.INPUT)

        verdict = adapters.run_gradient_check(squares_with_gradient_times(factor), x)

        assert_verdict(verdict, expected=False, hint="compare every element with its own difference")

    @pytest.mark.parametrize(("tol", "expected"), [(0.1, True), (0.001, False)], ids=["within", "beyond"])
    def test_honours_the_tolerance(self, tol, expected):
        """A gradient that is one per cent off passes under tol=0.1 and fails under tol=0.001."""
        x = tensor(self.INPUT)

        verdict = adapters.run_gradient_check(squares_with_gradient_times(1.01), x, tol=tol)

        assert_verdict(verdict, expected=expected)

    def test_takes_the_difference_on_both_sides(self):
        """With eps=0.01 central differences of x ** 3 come within tol=0.001, which one-sided ones do not."""
        x = tensor([1.0, 1.3, 1.6])

        verdict = adapters.run_gradient_check(sum_of_cubes, x, eps=1e-2, tol=1e-3)

        assert_verdict(verdict, expected=True, hint="(f(x + eps) - f(x - eps)) / (2 * eps)")

    def test_honours_the_step_size(self):
        """With eps=0.5 the difference of x ** 3 at 0.5 is far from the gradient: the check returns False."""
        x = tensor([0.5, 0.5])

        verdict = adapters.run_gradient_check(sum_of_cubes, x, eps=0.5)

        assert_verdict(verdict, expected=False, hint="the argument eps is the step of the difference")

    @pytest.mark.parametrize("factor", [1, 2], ids=["accepted", "rejected"])
    def test_restores_the_input(self, factor):
        """After a check, whatever its verdict, the input holds the numbers that it held before."""
        x = tensor(self.INPUT)

        adapters.run_gradient_check(squares_with_gradient_times(factor), x)

        hint = "put the old number back after each perturbation"
        assert_close(adapters.get_tensor_data(x), self.INPUT, rtol=0, atol=1e-12, hint=hint)
