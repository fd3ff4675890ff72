"""Part 6: layers, softmax, cross-entropy, gradient descent, a small network, and gradient checking."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import LOOSELY, Mismatch, assert_close, assert_differ, assert_equal, kind, plain_array
from tests.cases.corners import disagreement, ramps, signed, slopes
from tests.cases.drawn_graphs import MANY, TensorForks
from tests.cases.reading import in_type_of, tensor_data, tensor_grad

AXES = pytest.mark.parametrize("axis", [-1, 0, 1], ids=["last", "first", "middle"])
BATCHES = [(1, 1), (5, 8)]  # bounds of the number of rows: a batch of one is a batch, too
TRAINED = {"rtol": 1e-3, "atol": 1e-6}  # rounding errors grow in training
COARSELY = {"eps": 0.01, "tol": 0.01}  # a gradient check that a difference in float32 can pass


def tensor(array):
    """Return a new Tensor that holds a copy of `array`."""
    return adapters.create_tensor(np.array(array, dtype=np.float64))


def data_of(parameters):
    """Return the data of each parameter."""
    return [plain_array(array) for array in tensor_data.of_all(parameters)]


def gradients_of(parameters):
    """Return the gradient of each parameter."""
    return [plain_array(array) for array in tensor_grad.of_all(parameters)]


def different(rng, count, least=2, most=7):
    """Return `count` drawn whole numbers between `least` and `most`, no two of them equal."""
    return rng.permutation(np.arange(least, most + 1))[:count].tolist()


def drawn_between(rng, bounds):
    """Return a drawn whole number within `bounds`."""
    return int(rng.integers(*bounds, endpoint=True))


def set_randomly(parameters, shapes, rng):
    """Give weights and biases new random data of a size that trains well, and return the arrays."""
    assert_equal(len(parameters), len(shapes), hint="parameters are weights and biases")
    arrays = []
    for parameter, shape in zip(parameters, shapes, strict=True):
        scale = np.sqrt(2 / shape[0]) if len(shape) == 2 else 0.1
        arrays.append(rng.normal(scale=scale, size=shape))
        parameter.data = in_type_of(parameter, arrays[-1])
    return arrays


def backpropagate(output, upstream):
    """Run backward from the sum of `output` * `upstream`, so that `upstream` is the gradient of `output`."""
    product = adapters.run_tensor_mul(output, tensor(upstream))
    adapters.run_tensor_backward(adapters.run_tensor_sum(product))


def softmax(x, axis=-1):
    """Return the softmax of an array, in numpy."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def loss_of(logits, targets):
    """Return the mean cross-entropy of arrays, in numpy."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=-1)) - (targets * shifted).sum(axis=-1)).mean())


def one_hot(labels, classes):
    """Return the one-hot rows of `labels`."""
    return np.eye(classes)[labels]


def drawn_targets(rng, batch, classes):
    """Return one-hot rows of drawn labels."""
    return one_hot(rng.integers(classes, size=batch), classes)


def assert_all_close(arrays, expected, **options):
    """Fail unless there are as many arrays as expected and each is close to its own."""
    assert_equal(len(arrays), len(expected))
    for array, wanted in zip(arrays, expected, strict=True):
        assert_close(array, wanted, **options)


def assert_below(what, number, limit, *, hint):
    """Fail unless `number`, which messages call `what`, is below `limit` (a nan is not)."""
    if not number < limit:
        raise Mismatch(f"the {what} is too large", expected=f"below {limit:.4g}", actual=number, hint=hint)


def new_layer(rng):
    """Return a new layer and its drawn sizes (batch, in, out)."""
    batch, *sizes = different(rng, 3)
    return adapters.create_linear_layer(*sizes), (batch, *sizes)


def weight_and_bias(layer):
    """Return the parameters of a layer, which must be two: the one with more axes first."""
    parameters = list(adapters.get_linear_parameters(layer))
    assert_equal(len(parameters), 2, hint="a layer's parameters are its weight and its bias")
    first, second = data_of(parameters)
    return parameters if first.ndim >= second.ndim else parameters[::-1]


def drawn_layer(rng):
    """Return a layer with drawn sizes and drawn parameters, its weight and bias, and an input for it."""
    layer, (batch, *sizes) = new_layer(rng)
    arrays = set_randomly(weight_and_bias(layer), [tuple(sizes), (sizes[1],)], rng)
    return layer, arrays, rng.normal(size=(batch, sizes[0]))


def assert_computes(layer, arrays, x, **options):
    """Fail unless `layer` turns the batch `x` into x @ weight + bias, which are `arrays`."""
    weight, bias = arrays
    y = adapters.run_linear_layer(layer, tensor(x))
    assert_close(tensor_data(y), x @ weight + bias, **options)


class TestLinearLayer:
    """A layer computes x @ W + b."""

    def test_parameters_are_the_weight_and_the_bias(self, rng):
        """A layer's parameters are its weight (in, out) and its bias (out,); it computes with both."""
        layer, (batch, *sizes) = new_layer(rng)
        parameters = weight_and_bias(layer)

        shapes = [data.shape for data in data_of(parameters)]

        assert_equal(shapes, [tuple(sizes), (sizes[1],)])
        arrays = set_randomly(parameters, shapes, rng)
        assert_computes(layer, arrays, rng.normal(size=(batch, sizes[0])), **LOOSELY)

    def test_weights_start_random_and_small(self, rng):
        """A new layer's weights differ from each other, are smaller than 1 in size, and are in use."""
        sizes = drawn_between(rng, (150, 250)), drawn_between(rng, (40, 60))
        layer = adapters.create_linear_layer(*sizes)

        weight, bias = data_of(weight_and_bias(layer))

        assert_below("largest weight", np.abs(weight).max(), 1, hint="scale random weights down, say by 0.01")
        hint = "weights that start equal stay equal in training: draw them at random"
        assert_differ(weight, np.full(weight.shape, weight.flat[0]), hint=hint)
        assert_computes(layer, [weight, bias], rng.normal(size=(2, sizes[0])), **LOOSELY)

    def test_bias_starts_at_zero(self, rng):
        """A new layer's bias is all zeros, so that it computes x @ W."""
        layer, (batch, *sizes) = new_layer(rng)

        weight, bias = data_of(weight_and_bias(layer))

        assert_close(bias, np.zeros(sizes[1]))
        assert_computes(
            layer, [weight, np.zeros(sizes[1])], 100 * rng.normal(size=(batch, sizes[0])), **LOOSELY
        )

    def test_two_layers_start_with_different_weights(self, rng):
        """Two new layers of one size do not start with the same weights, and each computes with its own."""
        batch, *sizes = different(rng, 3, least=3)
        layers = [adapters.create_linear_layer(*sizes) for _ in range(2)]

        both = [data_of(weight_and_bias(layer)) for layer in layers]

        assert_differ(both[0][0], both[1][0], hint="draw new random weights for each layer")
        x = 100 * rng.normal(size=(batch, sizes[0]))
        for layer, arrays in zip(layers, both, strict=True):
            assert_computes(layer, arrays, x, **LOOSELY)

    def test_forward_is_x_times_weight_plus_bias(self, rng):
        """A layer turns a batch x into x @ W + b, for any number of rows."""
        layer, arrays, x = drawn_layer(rng)

        for rows in BATCHES:
            assert_computes(layer, arrays, rng.normal(size=(drawn_between(rng, rows), x.shape[1])))

    def test_gradients_reach_the_weight_and_the_bias(self, rng):
        """Under an output gradient g the weight gets x transposed times g, and the bias the sum of g."""
        layer, (batch, *sizes) = new_layer(rng)
        x, upstream = rng.normal(size=(batch, sizes[0])), rng.normal(size=(batch, sizes[1]))

        backpropagate(adapters.run_linear_layer(layer, tensor(x)), upstream)

        gradients = gradients_of(weight_and_bias(layer))
        assert_all_close(gradients, [x.T @ upstream, upstream.sum(axis=0)])

    def test_gradient_reaches_the_input(self, rng):
        """The gradient of a layer's input is the gradient of the output times W transposed."""
        layer, (weight, _), array = drawn_layer(rng)
        x, upstream = tensor(array), rng.normal(size=(len(array), weight.shape[1]))

        backpropagate(adapters.run_linear_layer(layer, x), upstream)

        assert_close(tensor_grad(x), upstream @ weight.T)

    def test_a_layer_used_twice_adds_up_its_gradients(self, rng):
        """A layer used twice in one expression gets the sum of both gradients."""
        layer, (batch, *sizes) = new_layer(rng)
        first, second = rng.normal(size=(2, batch, sizes[0]))
        upstream = rng.normal(size=(batch, sizes[1]))

        outputs = [adapters.run_linear_layer(layer, tensor(x)) for x in (first, second)]
        backpropagate(adapters.run_tensor_add(*outputs), upstream)

        gradients = gradients_of(weight_and_bias(layer))
        assert_all_close(gradients, [(first + second).T @ upstream, 2 * upstream.sum(axis=0)])

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a layer with a thousand numbers cost a few forward passes."""
        layer = adapters.create_linear_layer(50, 60)
        weight, _ = data_of(weight_and_bias(layer))
        x, weights = rng.standard_normal((4, 50)), rng.standard_normal((4, 60))

        expected = [weights @ weight.T]
        backward_cost.check_tensors(
            adapters, [x], lambda a: adapters.run_linear_layer(layer, a), weights, expected
        )


EXTREME = {
    "far-apart": [(-1000, 1000)],
    "one-row-large-one-small": [(900, 902), (-902, -900)],
}


def extreme_rows(rng, ranges, classes):
    """Return a row of ordinary scores and one for each of `ranges`, whose first scores are its two ends."""
    rows = [rng.normal(size=classes)]
    for low, high in ranges:
        ends = np.array([low, high]) + rng.uniform(-1, 1, size=2)
        rows.append(np.concatenate([ends, rng.uniform(low, high, size=classes - 2)]))
    return np.array(rows)


class TestSoftmax:
    """Softmax turns scores into probabilities."""

    def test_matches_the_definition_along_each_axis(self, rng):
        """Softmax along an axis is exp(x) divided by the sum of exp(x) along that axis."""
        x = rng.normal(size=different(rng, 3, most=5))

        for axis in (-1, 0, 1):
            probabilities = adapters.run_softmax(tensor(x), axis=axis)
            assert_close(tensor_data(probabilities), softmax(x, axis))

    def test_takes_the_last_axis_unless_told_otherwise(self, rng):
        """Softmax without an axis works along the last one, of a vector and of a matrix."""
        for axes in (1, 2):
            x = rng.normal(size=different(rng, axes))
            probabilities = adapters.run_softmax(tensor(x))
            assert_close(tensor_data(probabilities), softmax(x))

    @pytest.mark.parametrize("ranges", EXTREME.values(), ids=EXTREME)
    def test_extreme_scores_do_not_overflow(self, rng, ranges):
        """Softmax of scores as large as 1000 and as small as -1000 is finite and right."""
        x = rng.permutation(extreme_rows(rng, ranges, drawn_between(rng, (3, 6))))

        probabilities = adapters.run_softmax(tensor(x))

        hint = "subtract from each row its own maximum before exp"
        assert_close(tensor_data(probabilities), softmax(x), hint=hint)

    @AXES
    def test_gradient_matches_the_closed_form(self, rng, axis):
        """The gradient of softmax s under an upstream gradient g is s * (g - sum(g * s)) along the axis.

        The scores are made by many operations, so the order of the backward pass must be right as well.
        """
        upstream, x = rng.normal(size=(2, *different(rng, 3, most=5)))
        x /= 2 * MANY  # about as much as the forks multiply it by
        start, forks = tensor(x), TensorForks(rng, x.shape)

        backpropagate(adapters.run_softmax(forks(start), axis=axis), upstream)

        s = softmax(x * forks.factors, axis)
        expected = s * (upstream - (upstream * s).sum(axis=axis, keepdims=True))
        assert_close(tensor_grad(start), forks.factors * expected)

    def test_leaves_its_input_unchanged(self, rng):
        """Softmax computes its result and does not change the data of its input."""
        x = rng.normal(size=different(rng, 2))
        scores = tensor(x)

        probabilities = adapters.run_softmax(scores)

        assert_all_close(data_of([probabilities, scores]), [softmax(x), x], **LOOSELY)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a softmax costs a few forward passes for a thousand numbers."""
        x, weights = rng.standard_normal((2, 25, 40))
        x /= 2 * MANY
        forks = TensorForks(rng, x.shape)

        y = softmax(x * forks.factors)
        expected = [forks.factors * y * (weights - (weights * y).sum(axis=1, keepdims=True))]
        backward_cost.check_tensors(
            adapters, [x], lambda a: adapters.run_softmax(forks(a)), weights, expected
        )


def extreme_logits(rng):
    """Return logits of two classes with one row as far apart as 1000 and -1000, others not, and targets."""
    rows = drawn_between(rng, (2, 4))
    z, targets = rng.normal(scale=2, size=(rows, 2)), drawn_targets(rng, rows, 2)
    z[0], targets[0] = rng.uniform(900, 1100) * np.array([1, -1]), [1, 0]
    return z, targets


class TestCrossEntropy:
    """Cross-entropy of logits against one-hot targets, averaged over the batch."""

    def test_is_one_number_that_matches_the_definition(self, rng):
        """The loss is one number: minus the log of the right class's softmax, averaged over the batch."""
        for rows in BATCHES:
            batch, classes = drawn_between(rng, rows), drawn_between(rng, (3, 6))
            logits, labels = rng.normal(scale=2, size=(batch, classes)), rng.integers(classes, size=batch)
            loss = adapters.run_cross_entropy(tensor(logits), tensor(one_hot(labels, classes)))
            expected = -np.log(softmax(logits)[np.arange(batch), labels]).mean()
            assert_close(tensor_data(loss), np.array(expected))

    @pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
    def test_extreme_logits_do_not_overflow(self, rng, is_right):
        """Logits like 1000 and -1000 cost 0 if the first class is right, and 2000 if the second is."""
        z, targets = extreme_logits(rng)
        targets[0] = [1, 0] if is_right else [0, 1]

        loss = adapters.run_cross_entropy(tensor(z), tensor(targets))

        hint = "use max + log(sum(exp(z - max))): softmax followed by log takes the log of 0 here"
        assert_close(tensor_data(loss), np.array(loss_of(z, targets)), hint=hint)

    def test_equal_logits_cost_the_log_of_the_number_of_classes(self, rng):
        """A row whose k logits are all equal costs log(k), among rows that cost something else."""
        k, equal = drawn_between(rng, (3, 12)), drawn_between(rng, (2, 4))
        others, targets = rng.normal(size=(2, k)), drawn_targets(rng, equal + 2, k)
        z = np.concatenate([np.full((equal, k), rng.uniform(-2, 2)), others])

        loss = adapters.run_cross_entropy(tensor(z), tensor(targets))

        of_others = 2 * loss_of(others, targets[equal:])
        assert_close(tensor_data(loss), np.array((equal * np.log(k) + of_others) / len(z)))

    def test_gradient_is_softmax_minus_targets_over_the_batch_size(self, rng):
        """The gradient of the logits is (softmax - targets) divided by the batch size."""
        for rows in BATCHES:
            batch, classes = drawn_between(rng, rows), drawn_between(rng, (3, 6))
            z, targets = rng.normal(scale=2, size=(batch, classes)), drawn_targets(rng, batch, classes)
            logits = tensor(z)
            adapters.run_tensor_backward(adapters.run_cross_entropy(logits, tensor(targets)))
            assert_close(tensor_grad(logits), (softmax(z) - targets) / batch)

    def test_gradient_is_scaled_by_what_comes_after_the_loss(self, rng):
        """A loss multiplied by a number sends back gradients that are as many times as large."""
        batch, classes = different(rng, 2)
        z, targets = rng.normal(size=(batch, classes)), drawn_targets(rng, batch, classes)
        logits, factor = tensor(z), float(signed(rng, 2, 5, ()))

        backpropagate(adapters.run_cross_entropy(logits, tensor(targets)), factor)

        hint = "backward multiplies the loss's own gradient by out.grad"
        assert_close(tensor_grad(logits), factor * (softmax(z) - targets) / batch, hint=hint)

    def test_gradient_is_finite_at_extreme_logits(self, rng):
        """The gradient at logits like 1000 and -1000 is (softmax - targets) / batch, without a nan."""
        z, targets = extreme_logits(rng)
        logits = tensor(z)

        adapters.run_tensor_backward(adapters.run_cross_entropy(logits, tensor(targets)))

        assert_close(tensor_grad(logits), (softmax(z) - targets) / len(z))

    def test_leaves_its_inputs_unchanged(self, rng):
        """Computing the loss and its gradient changes the data of neither logits nor targets."""
        batch, classes = different(rng, 2)
        z, t = rng.normal(size=(batch, classes)), drawn_targets(rng, batch, classes)
        logits, targets = tensor(z), tensor(t)

        adapters.run_tensor_backward(adapters.run_cross_entropy(logits, targets))

        assert_all_close(data_of([logits, targets]), [z, t])
        assert_close(tensor_grad(logits), (softmax(z) - t) / batch, **LOOSELY)

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


def sum_of_squares(x):
    """Return the sum of x * x."""
    return adapters.run_tensor_sum(adapters.run_tensor_mul(x, x))


def matrix_expression(x):
    """Return a sum over exp and matmul of a matrix of two columns."""
    weight = tensor([[0.3, 0.5, 0.4], [0.8, 0.1, 0.6]])
    return adapters.run_tensor_sum(adapters.run_tensor_exp(adapters.run_matmul(x, weight)))


def mean_of_relu(x):
    """Return the mean of relu(x)."""
    return adapters.run_tensor_mean(adapters.run_tensor_relu(x))


def after(first, function):
    """Return the function that applies `function` to the result of `first`."""
    return lambda x: function(first(x))


def fourth_powers(shift, factor):
    """Return the function sum(factor * (x + shift) ** 4); each node has one use, so any order is right."""
    shift, factor = tensor(shift), tensor(factor)

    def function(x):
        moved = adapters.run_tensor_add(x, shift)
        square = adapters.run_tensor_mul(moved, moved)
        power = adapters.run_tensor_mul(square, square)
        return adapters.run_tensor_sum(adapters.run_tensor_mul(power, factor))

    return function


@dataclass(frozen=True)
class Check:
    """A gradient check: its function, array and settings, and the right verdict."""

    function: object
    x: np.ndarray
    verdict: bool
    settings: dict = field(default_factory=lambda: COARSELY)


def drawn_input(rng, shape=(1,)):
    """Return an input whose numbers keep away from 0, where relu has a corner of its own."""
    return signed(rng, 0.5, 1.5, shape)


def check_slopes(rng, factors, steepness=(0.5, 2.0), scale=1.0):
    """Return the check of a function whose gradient by backward is `factors`, an array, times the right one.

    `scale` is the size of the input, and of all distances from it to a corner.
    """
    x = scale * drawn_input(rng, factors.shape)
    verdict = not np.abs(factors - 1).any()
    bent = slopes(rng, x, factors, steepness, scale)
    return Check(after(bent, adapters.run_tensor_sum), x, verdict)


def check_ramps(rng, wrong, function=None):
    """Return the check of `function`, by default the sum, of a ramp, flat in the places `wrong`."""
    x = drawn_input(rng, wrong.shape)
    function = function or adapters.run_tensor_sum
    return Check(after(ramps(rng, x, wrong=wrong), function), x, verdict=not wrong.any())


def drawn_verdicts(rng):
    """Return drawn truth values in a drawn order, at least one of each: too many to guess them all."""
    return rng.permutation([True, False, *rng.integers(2, size=2)]).astype(bool).tolist()


def run_checks(checks, *, hint):
    """Run each check, and fail unless its verdict is exactly the right one; return the inputs."""
    inputs = []
    for check in checks:
        inputs.append(tensor(check.x))
        verdict = adapters.run_gradient_check(check.function, inputs[-1], **check.settings)
        assert_verdict(verdict, check, hint=hint)
    return inputs


def assert_verdict(verdict, check, *, hint):
    """Fail unless a gradient check returned exactly the truth value that `check` asks for."""
    expected = check.verdict
    if type(verdict) is not bool and type(verdict) is not np.bool_:  # which becomes a bool at the boundary
        raise Mismatch("a gradient check returns True or False", expected=expected, actual=kind(verdict))
    if bool(verdict) is not expected:
        problem = f"{'a right gradient was rejected' if expected else 'a wrong gradient was accepted'}: "
        asked = disagreement(check.function, check.x, check.settings)
        raise Mismatch(problem + asked, expected=expected, actual=bool(verdict), hint=hint)


class TestGradientCheck:
    """Backward's gradient against central differences: several checks in each test, in a drawn order."""

    @pytest.mark.parametrize("function", [matrix_expression, mean_of_relu])
    def test_accepts_a_right_gradient(self, rng, function):
        """A check of a function whose gradient is right returns True, also after one that is wrong."""
        wrong = [np.full((1, 2), not verdict) for verdict in drawn_verdicts(rng)]

        checks = [check_ramps(rng, places, function) for places in wrong]

        run_checks(checks, hint="compare backward's gradient with (f(x + eps) - f(x - eps)) / (2 * eps)")

    def test_rejects_a_wrong_gradient(self, rng):
        """A gradient that is missing, half, doubled or of the other sign gets False, and a right one True."""
        wrong = [0.0, rng.uniform(0.3, 0.7), rng.uniform(1.5, 3), -1.0]
        factors = [*wrong, *[1.0] * drawn_between(rng, (2, 4))]

        checks = [check_slopes(rng, np.array([factor])) for factor in rng.permutation(factors)]

        run_checks(checks, hint="the relative error is |g - q| / (max(|g|, |q|) + eps)")

    def test_rejects_a_gradient_that_is_wrong_in_one_element(self, rng):
        """A gradient of a matrix that is wrong in one element, wherever that is, gets False."""
        places = [(0, 1), (1, 0)]  # no row or column has both, and the diagonal has none
        wrong = np.zeros((len(places) + drawn_between(rng, (1, 2)), 2, 2), dtype=bool)
        for number, place in enumerate(places):
            wrong[(number, *place)] = True

        checks = [check_ramps(rng, places) for places in rng.permutation(wrong)]

        run_checks(checks, hint="compare every element with its own difference")

    def test_honours_the_tolerance(self, rng):
        """One element's relative error of 0.6 * tol passes, one of 1.6 * tol fails, for any tol."""
        beyond = drawn_between(rng, (2, 4))
        checks = []
        for number in rng.permutation(5):
            verdict, place = bool(number >= beyond), np.array([[number % 2, 1 - number % 2]])
            settings = {"eps": 0.02, "tol": float(10 ** rng.uniform(-2.5, -1.5))}
            factors = 1 - place * settings["tol"] * (0.6 if verdict else 1.6)
            steepness = np.where(place, 0.3, 3.0), np.where(place, 0.6, 4.0)  # no norm may hide the place
            check = check_slopes(rng, factors, steepness)
            checks.append(replace(check, verdict=verdict, settings=settings))

        run_checks(checks, hint="the largest |g - q| / (max(|g|, |q|) + eps) must be below tol")

    def test_the_tolerance_is_a_ten_thousandth_unless_told_otherwise(self, rng):
        """Without settings a relative error of 0.5e-4 passes and one of 2e-4 fails."""
        checks = []
        for verdict in drawn_verdicts(rng):
            factors = np.array([1 - (0.5e-4 if verdict else 2e-4)])
            check = check_slopes(rng, factors, scale=1e-4)  # small, so that differences are exact in float32
            checks.append(replace(check, verdict=verdict, settings={}))

        run_checks(checks, hint="the defaults are eps=1e-5 and tol=1e-4")

    def test_takes_the_difference_on_both_sides(self, rng):
        """Central differences of squares are exact; one-sided ones with eps=0.03 are not within tol=0.001."""
        checks = []
        for verdict in drawn_verdicts(rng):
            check = check_ramps(rng, np.array([not verdict]), sum_of_squares)
            checks.append(replace(check, settings={"eps": float(rng.uniform(0.02, 0.04)), "tol": 1e-3}))

        run_checks(checks, hint="(f(x + eps) - f(x - eps)) / (2 * eps)")

    def test_honours_the_step_size(self, rng):
        """A central difference errs by the square of eps: an error of tol / 3 gets True, of 3 * tol False."""
        checks = []
        for verdict in drawn_verdicts(rng):
            x, eps = drawn_input(rng), float(10 ** rng.uniform(-2, -1))
            base = eps / np.sqrt(1e-4 * (1 / 3 if verdict else 3))  # the relative error is (eps / base) ** 2
            factor = rng.uniform(1, 3, x.shape) / (4 * base**3)
            checks.append(Check(fourth_powers(base - x, factor), x, verdict, {"eps": eps}))

        run_checks(checks, hint="the argument eps is the step of the difference")

    def test_adds_the_step_to_the_divisor(self, rng):
        """Beside eps=0.05 a missing gradient of 0.25 to 0.75 passes with tol=0.97 and fails with tol=0.8."""
        checks = []
        for verdict in drawn_verdicts(rng):
            check = check_ramps(rng, np.array([True]))
            settings = {"eps": 0.05, "tol": 0.97 if verdict else 0.8}
            checks.append(replace(check, verdict=verdict, settings=settings))

        run_checks(checks, hint="the relative error is |g - q| / (max(|g|, |q|) + eps)")

    def test_restores_the_input(self, rng):
        """After a check with any verdict, the input holds the numbers that it held before."""
        wrong = [np.full((1, 2), not verdict) for verdict in drawn_verdicts(rng)]
        checks = [check_ramps(rng, places) for places in wrong]

        inputs = run_checks(checks, hint="compare every element with its own difference")

        for found, check in zip(data_of(inputs), checks, strict=True):
            hint = "put the old number back after each perturbation"
            assert_close(found, check.x, rtol=0, atol=1e-12, hint=hint)
