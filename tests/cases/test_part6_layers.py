"""Part 6, the linear layer."""

import numpy as np

from tests import adapters
from tests.cases.checks import LOOSELY, assert_close, assert_differ, assert_equal
from tests.cases.networks import (
    BATCHES,
    assert_all_close,
    assert_below,
    backpropagate,
    data_of,
    different,
    drawn_between,
    gradients_of,
    set_randomly,
    tensor,
)
from tests.cases.reading import tensor_data, tensor_grad


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
