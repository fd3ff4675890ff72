"""Bonus: two-dimensional convolution and its gradients, compared with plain loops in numpy."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import Mismatch, assert_close, assert_dtype, numeric_gradient, plain_array


@dataclass(frozen=True)
class Case:
    """The shapes of images and weight, and how the kernel moves."""

    x: tuple
    weight: tuple
    stride: int = 1
    padding: int = 0


CASES = {
    "one-image": Case((1, 1, 3, 3), (1, 1, 2, 2)),
    "channels": Case((2, 3, 4, 5), (4, 3, 3, 2)),
    "1x1-kernel": Case((2, 3, 3, 2), (2, 3, 1, 1)),
    "kernel-as-large-as-image": Case((2, 2, 3, 4), (3, 2, 3, 4)),
    "stride-2": Case((1, 2, 5, 7), (2, 2, 3, 3), stride=2),
    "stride-3-with-a-rest": Case((2, 1, 6, 5), (2, 1, 2, 2), stride=3),
    "padding-1": Case((2, 2, 3, 4), (3, 2, 3, 3), padding=1),
    "stride-2-padding-2": Case((1, 2, 4, 3), (2, 2, 2, 3), stride=2, padding=2),
}
EACH_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
EACH_OPERAND = pytest.mark.parametrize("position", [0, 1, 2], ids=["x", "weight", "bias"])


def convolved(x, weight, bias, stride=1, padding=0):
    """Return the convolution of arrays, place by place."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    height, width = weight.shape[2:]
    rows, columns = (x.shape[2] - height) // stride + 1, (x.shape[3] - width) // stride + 1
    z = np.zeros((len(x), len(weight), rows, columns), np.result_type(x, weight, bias))
    for i, j in itertools.product(range(rows), range(columns)):
        under = x[:, :, stride * i : stride * i + height, stride * j : stride * j + width]
        z[:, :, i, j] = np.tensordot(under, weight, axes=([1, 2, 3], [1, 2, 3])) + bias
    return z


def arrays_of(rng, x_shape, weight_shape):
    """Return random x, weight and bias."""
    return [rng.normal(size=shape) for shape in (x_shape, weight_shape, weight_shape[:1])]


def tensors(*arrays):
    """Return a new Tensor for each array, which holds a copy of it."""
    return [adapters.create_tensor(np.array(array)) for array in arrays]


def backpropagate(output, upstream):
    """Run backward from the sum of `output` * `upstream`, so that `upstream` is the gradient of `output`."""
    product = adapters.run_tensor_mul(output, *tensors(upstream))
    adapters.run_tensor_backward(adapters.run_tensor_sum(product))


def assert_data(tensor, expected, *, hint=None):
    """Fail unless `tensor` holds `expected`."""
    assert_close(adapters.get_tensor_data(tensor), expected, hint=hint)


def assert_gradient(tensor, expected, *, hint=None):
    """Fail unless the gradient of `tensor` is `expected`, as closely as differences can tell."""
    assert_close(adapters.get_tensor_grad(tensor), expected, rtol=1e-5, atol=1e-6, hint=hint)


class TestConv2DForward:
    """Problem conv2d_forward."""

    @EACH_CASE
    def test_it_agrees_with_plain_loops(self, rng, case):
        """At each place a result is the sum of the kernel times the pixels under it, plus the bias."""
        arrays = arrays_of(rng, case.x, case.weight)

        z = adapters.run_conv2d(*tensors(*arrays), stride=case.stride, padding=case.padding)

        assert_data(z, convolved(*arrays, case.stride, case.padding))

    def test_without_settings_it_moves_by_one_and_pads_nothing(self, rng):
        """The stride is 1 and the padding 0 when neither is given."""
        arrays = arrays_of(rng, (2, 2, 4, 4), (3, 2, 3, 3))

        z = adapters.run_conv2d(*tensors(*arrays))

        assert_data(z, convolved(*arrays, 1, 0))

    def test_the_kernel_is_not_flipped(self, rng):
        """A kernel as large as the image gives the sum of their products: pixel by pixel, as they lie."""
        image, kernel = rng.normal(size=(2, 1, 1, 3, 4))

        z = adapters.run_conv2d(*tensors(image, kernel, [0.0]))

        hint = "networks call cross-correlation a convolution: do not turn the kernel round"
        assert_data(z, (image * kernel).sum().reshape(1, 1, 1, 1), hint=hint)

    def test_a_1x1_kernel_mixes_the_channels_of_each_pixel(self, rng):
        """With a kernel of one pixel each pixel's channels are multiplied by the matrix of weights."""
        x, weight, bias = arrays_of(rng, (2, 3, 4, 5), (4, 3, 1, 1))

        z = adapters.run_conv2d(*tensors(x, weight, bias))

        assert_data(z, np.einsum("oc,bchw->bohw", weight[:, :, 0, 0], x) + bias.reshape(-1, 1, 1))

    def test_the_border_is_of_zeros(self):
        """Nine ones count the ones of an image that they cover: 9 inside, 6 at an edge, 4 in a corner."""
        x, weight = np.ones((1, 1, 4, 5)), np.ones((1, 1, 3, 3))

        z = adapters.run_conv2d(*tensors(x, weight, [0.0]), padding=1)

        expected = np.outer([2.0, 3.0, 3.0, 2.0], [2.0, 3.0, 3.0, 3.0, 2.0])
        assert_data(z, expected[None, None])

    def test_the_bias_is_added_to_its_channel(self, rng):
        """Under a weight of zeros every result is its channel's bias, once."""
        x, bias = rng.normal(size=(2, 3, 4, 4)), rng.normal(size=5)

        z = adapters.run_conv2d(*tensors(x, np.zeros((5, 3, 2, 2)), bias))

        assert_data(z, np.broadcast_to(bias.reshape(-1, 1, 1), (2, 5, 3, 3)))

    def test_a_large_stride_leaves_pixels_out(self):
        """With stride 3 a kernel of one pixel takes every third row and column, from the first on."""
        x = np.arange(56.0).reshape(1, 1, 7, 8)

        z = adapters.run_conv2d(*tensors(x, np.ones((1, 1, 1, 1)), [0.0]), stride=3)

        assert_data(z, x[:, :, ::3, ::3])

    def test_each_image_of_a_batch_is_on_its_own(self, rng):
        """An image gives the same result alone as among others."""
        x, weight, bias = arrays_of(rng, (3, 2, 4, 4), (2, 2, 3, 3))

        alone = adapters.run_conv2d(*tensors(x[1:2], weight, bias), padding=1)

        assert_data(alone, convolved(x, weight, bias, 1, 1)[1:2])

    def test_the_dtype_is_kept(self, rng):
        """Images, weight and bias of float32 give a result of float32."""
        arrays = [array.astype(np.float32) for array in arrays_of(rng, (2, 2, 4, 4), (3, 2, 3, 3))]

        z = adapters.run_conv2d(*tensors(*arrays), stride=2, padding=1)

        assert_dtype(adapters.get_tensor_data(z), np.float32)
        assert_data(z, convolved(*arrays, 2, 1))

    def test_the_operands_stay_as_they_are(self, rng):
        """After a convolution with padding x, weight and bias hold what they held."""
        arrays = arrays_of(rng, (2, 2, 4, 4), (3, 2, 3, 3))
        operands = tensors(*arrays)

        adapters.run_conv2d(*operands, padding=2)

        for operand, array in zip(operands, arrays, strict=True):
            assert_data(operand, array)


class TestConv2DBackward:
    """Problem conv2d_backward."""

    @EACH_OPERAND
    @EACH_CASE
    def test_gradients_agree_with_differences(self, rng, position, case):
        """The gradient of x, of the weight and of the bias agrees with central differences."""
        arrays = arrays_of(rng, case.x, case.weight)
        operands = tensors(*arrays)
        upstream = rng.normal(size=convolved(*arrays, case.stride, case.padding).shape)

        backpropagate(adapters.run_conv2d(*operands, stride=case.stride, padding=case.padding), upstream)

        def loss(array):
            changed = [*arrays[:position], array, *arrays[position + 1 :]]
            return (convolved(*changed, case.stride, case.padding) * upstream).sum()

        assert_gradient(operands[position], numeric_gradient(loss, arrays[position]))

    def test_the_bias_gets_the_sum_over_all_places(self, rng):
        """The gradient of a bias is the upstream gradient of its channel, summed over images and places."""
        x, weight, bias = tensors(*arrays_of(rng, (2, 3, 4, 5), (4, 3, 2, 2)))
        upstream = rng.normal(size=(2, 4, 3, 4))

        backpropagate(adapters.run_conv2d(x, weight, bias), upstream)

        assert_gradient(bias, upstream.sum(axis=(0, 2, 3)))

    def test_a_pixel_gets_a_share_from_each_place_that_covers_it(self):
        """Under a kernel of nine ones a pixel's gradient is the number of places whose kernel covers it."""
        x, weight, bias = tensors(np.ones((1, 1, 5, 6)), np.ones((1, 1, 3, 3)), np.zeros(1))

        adapters.run_tensor_backward(adapters.run_conv2d(x, weight, bias))

        expected = np.outer([1.0, 2.0, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 3.0, 2.0, 1.0])
        hint = "where places overlap their gradients add up: += and not ="
        assert_gradient(x, expected[None, None], hint=hint)

    def test_a_pixel_that_no_place_covers_gets_zero(self):
        """With stride 2 and a kernel of one pixel only every second row and column gets a gradient."""
        x, weight, bias = tensors(np.ones((1, 1, 4, 5)), np.full((1, 1, 1, 1), 3.0), np.zeros(1))

        adapters.run_tensor_backward(adapters.run_conv2d(x, weight, bias, stride=2))

        expected = np.zeros((1, 1, 4, 5))
        expected[:, :, ::2, ::2] = 3.0
        assert_gradient(x, expected)

    def test_a_weight_gets_the_pixels_that_it_met(self, rng):
        """Under a gradient of ones a weight's gradient is the sum of the pixels that it was multiplied by."""
        array = rng.normal(size=(2, 1, 4, 5))
        x, weight, bias = tensors(array, np.ones((1, 1, 2, 3)), np.zeros(1))

        adapters.run_tensor_backward(adapters.run_conv2d(x, weight, bias))

        met = [[array[:, 0, i : i + 3, j : j + 3].sum() for j in range(3)] for i in range(2)]
        assert_gradient(weight, np.array(met)[None, None])

    def test_a_weight_used_twice_gets_both_gradients(self, rng):
        """A kernel that two convolutions share gets the sum of their gradients."""
        first, weight_array, bias_array = arrays_of(rng, (2, 2, 4, 4), (3, 2, 3, 3))
        second = rng.normal(size=first.shape)
        weight, bias = tensors(weight_array, bias_array)
        results = [adapters.run_conv2d(x, weight, bias) for x in tensors(first, second)]

        adapters.run_tensor_backward(adapters.run_tensor_add(*results))

        def loss(array):
            return convolved(first, array, bias_array).sum() + convolved(second, array, bias_array).sum()

        assert_gradient(weight, numeric_gradient(loss, weight_array))

    def test_a_second_backward_adds_up(self, rng):
        """A second backward pass doubles the gradients of x, weight and bias."""
        arrays = arrays_of(rng, (2, 2, 4, 4), (3, 2, 3, 3))
        once, twice = tensors(*arrays), tensors(*arrays)

        adapters.run_tensor_backward(adapters.run_conv2d(*once, padding=1))
        for _ in range(2):
            adapters.run_tensor_backward(adapters.run_conv2d(*twice, padding=1))

        for single, double in zip(once, twice, strict=True):
            assert_gradient(double, 2 * plain_array(adapters.get_tensor_grad(single)))

    def test_gradients_pass_through_two_layers(self, rng):
        """In convolution, relu, convolution the first kernel's gradient agrees with central differences."""
        x, first, bias = arrays_of(rng, (2, 1, 6, 6), (2, 1, 3, 3))
        second, last_bias = rng.normal(size=(2, 2, 2, 2)), rng.normal(size=2)
        weight, start = tensors(first, bias)
        hidden = adapters.run_conv2d(*tensors(x), weight, start, padding=1)
        z = adapters.run_conv2d(adapters.run_tensor_relu(hidden), *tensors(second, last_bias))

        adapters.run_tensor_backward(z)

        def loss(array):
            inner = np.maximum(convolved(x, array, bias, 1, 1), 0)
            return convolved(inner, second, last_bias).sum()

        assert_gradient(weight, numeric_gradient(loss, first))

    def test_the_gradients_dtype_is_kept(self, rng):
        """The gradients of operands of float32 are of float32."""
        arrays = [array.astype(np.float32) for array in arrays_of(rng, (2, 2, 4, 4), (3, 2, 3, 3))]
        operands = tensors(*arrays)

        adapters.run_tensor_backward(adapters.run_conv2d(*operands, padding=1))

        for operand in operands:
            assert_dtype(adapters.get_tensor_grad(operand), np.float32)

    def test_descent_finds_the_kernel_that_made_the_images(self, rng):
        """Gradient descent on the squared error finds an edge detector from images and their edges."""
        x = rng.normal(size=(4, 1, 6, 6))
        edges = np.array([[-1.0, 0.0, 1.0]] * 3)[None, None]
        weight, bias = tensors(np.zeros((1, 1, 3, 3)), np.zeros(1))
        images, targets = tensors(x, -convolved(x, edges, np.zeros(1)))

        for _ in range(60):
            adapters.zero_grad([weight, bias])
            error = adapters.run_tensor_add(adapters.run_conv2d(images, weight, bias), targets)
            adapters.run_tensor_backward(adapters.run_tensor_mean(adapters.run_tensor_mul(error, error)))
            adapters.run_sgd_step([weight, bias], 0.2)

        found = plain_array(adapters.get_tensor_data(weight))
        if not np.abs(found - edges).max() < 0.05:
            raise Mismatch("the kernel was not found", expected=edges, actual=found)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a convolution cost a few forward passes for a thousand numbers."""
        x, weight = rng.standard_normal((2, 3, 12, 12)), rng.standard_normal((4, 3, 3, 3))
        bias, weights = rng.standard_normal(4), rng.standard_normal((2, 4, 10, 10))

        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
        pixels = np.zeros_like(x)
        for i, j in np.ndindex(3, 3):
            pixels[:, :, i : i + 10, j : j + 10] += np.einsum("bohw,oc->bchw", weights, weight[:, :, i, j])
        expected = [pixels, np.einsum("bohw,bchwij->ocij", weights, windows), weights.sum(axis=(0, 2, 3))]
        backward_cost.check_tensors(adapters, [x, weight, bias], adapters.run_conv2d, weights, expected)
