"""Bonus: two-dimensional convolution and its gradients, compared with plain loops in numpy."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import LOOSELY, assert_close, numeric_gradient
from tests.cases.convolution import Case, arrays_of, convolved, drawn
from tests.cases.reading import tensor_data, tensor_grad

CASES = {  # no kernel has as many numbers as there are places: some mistakes would be errors or not
    "channels": Case(((3, 3), (2, 2)), batch=(2, 2), channels=(3, 3)),
    "kernel-as-large-as-image": Case(((3, 4), (2, 4)), places=((1, 1), (1, 1)), batch=(2, 2)),
    "stride-2": Case(((3, 3), (3, 4)), stride=2, rest=(0, 1)),
    "stride-3-with-a-rest": Case(((2, 2), (2, 2)), batch=(2, 2), channels=(1, 2), stride=3, rest=(1, 2)),
    "padding-1": Case(((3, 3), (3, 3)), places=((3, 4), (4, 4)), batch=(2, 2), padding=1),
    "stride-2-padding-2": Case(((2, 2), (3, 3)), places=((3, 3), (3, 3)), stride=2, padding=2, rest=(0, 1)),
}
EACH_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
WITH_SETTINGS = {name: case for name, case in CASES.items() if case.stride > 1 or case.padding}
EACH_CASE_WITH_SETTINGS = pytest.mark.parametrize("case", WITH_SETTINGS.values(), ids=WITH_SETTINGS)
EACH_OPERAND = pytest.mark.parametrize("position", [0, 1, 2], ids=["x", "weight", "bias"])


def tensors(*arrays):
    """Return a new Tensor for each array, which holds a copy of it."""
    return [adapters.create_tensor(np.array(array)) for array in arrays]


def backpropagate(output, upstream):
    """Run backward from the sum of `output` * `upstream`, so that `upstream` is the gradient of `output`."""
    product = adapters.run_tensor_mul(output, *tensors(upstream))
    adapters.run_tensor_backward(adapters.run_tensor_sum(product))


def assert_data(tensor, expected, *, hint=None):
    """Fail unless `tensor` holds `expected`."""
    assert_close(tensor_data(tensor), expected, hint=hint)


def assert_gradient(tensor, expected, *, hint=None):
    """Fail unless the gradient of `tensor` is `expected`, as closely as differences can tell."""
    assert_close(tensor_grad(tensor), expected, rtol=1e-5, atol=1e-6, hint=hint)


class TestConv2DForward:
    """Problem conv2d_forward."""

    @EACH_CASE
    def test_it_agrees_with_plain_loops(self, rng, case):
        """At each place a result is the sum of the kernel times the pixels under it, plus the bias."""
        arrays = case.draw(rng)

        z = adapters.run_conv2d(*tensors(*arrays), stride=case.stride, padding=case.padding)

        assert_data(z, convolved(*arrays, case.stride, case.padding))

    def test_without_settings_it_moves_by_one_and_pads_nothing(self, rng):
        """The stride is 1 and the padding 0 when neither is given."""
        arrays = drawn(rng)

        z = adapters.run_conv2d(*tensors(*arrays))

        assert_data(z, convolved(*arrays, 1, 0))

    def test_the_kernel_is_not_flipped(self, rng):
        """A kernel as large as the image gives the sum of their products: pixel by pixel, as they lie."""
        image, kernel = rng.normal(size=(2, 1, 1, *rng.integers(3, 6, size=2)))

        z = adapters.run_conv2d(*tensors(image, kernel, [0.0]))

        hint = "networks call cross-correlation a convolution: do not turn the kernel round"
        assert_data(z, (image * kernel).sum().reshape(1, 1, 1, 1), hint=hint)

    def test_a_1x1_kernel_mixes_the_channels_of_each_pixel(self, rng):
        """With a kernel of one pixel each pixel's channels are multiplied by the matrix of weights."""
        x, weight, bias = drawn(rng, channels=(2, 4), kernel=(1, 1))

        z = adapters.run_conv2d(*tensors(x, weight, bias))

        assert_data(z, np.einsum("oc,bchw->bohw", weight[:, :, 0, 0], x) + bias.reshape(-1, 1, 1))

    def test_the_border_is_of_zeros(self, rng):
        """Equal weights count the equal pixels that they cover: 9 inside, 6 at an edge, 4 in a corner."""
        rows, columns = rng.integers(4, 7, size=2)
        pixel, weight, bias = rng.uniform(1, 2, size=3)

        operands = tensors(np.full((1, 1, rows, columns), pixel), np.full((1, 1, 3, 3), weight), [bias])
        z = adapters.run_conv2d(*operands, padding=1)

        counts = np.outer(*([2.0, *[3.0] * (size - 2), 2.0] for size in (rows, columns)))
        assert_data(z, pixel * weight * counts[None, None] + bias)

    def test_the_bias_is_added_to_its_channel(self, rng):
        """Under a weight of zeros every result is its channel's bias, once."""
        x, weight, bias = drawn(rng)

        z = adapters.run_conv2d(*tensors(x, np.zeros_like(weight), bias))

        assert_data(z, convolved(x, np.zeros_like(weight), bias))

    def test_a_large_stride_leaves_pixels_out(self, rng):
        """With a stride of 3 or 4 a kernel of one pixel takes every third or fourth row and column."""
        stride, weight = int(rng.integers(3, 5)), rng.uniform(1, 2)
        x = rng.normal(size=(1, 1, *rng.integers(6, 10, size=2)))

        z = adapters.run_conv2d(*tensors(x, np.full((1, 1, 1, 1), weight), [0.0]), stride=stride)

        assert_data(z, weight * x[:, :, ::stride, ::stride])

    def test_each_image_of_a_batch_is_on_its_own(self, rng):
        """An image gives the same result alone as among others."""
        x, weight, bias = drawn(rng, batch=3)

        alone = adapters.run_conv2d(*tensors(x[1:2], weight, bias), padding=1)

        assert_data(alone, convolved(x, weight, bias, 1, 1)[1:2])

    def test_the_operands_stay_as_they_are(self, rng):
        """After a convolution with padding x, weight and bias hold the same numbers as before."""
        arrays = drawn(rng)
        operands = tensors(*arrays)

        z = adapters.run_conv2d(*operands, padding=2)

        for operand, array in zip(operands, arrays, strict=True):
            assert_data(operand, array)
        assert_close(tensor_data(z), convolved(*arrays, 1, 2), **LOOSELY)


class TestConv2DBackward:
    """Problem conv2d_backward."""

    @EACH_OPERAND
    @EACH_CASE_WITH_SETTINGS
    def test_gradients_agree_with_differences(self, rng, position, case):
        """The gradient of x, of the weight and of the bias agrees with central differences."""
        arrays = case.draw(rng)
        operands = tensors(*arrays)
        upstream = rng.normal(size=convolved(*arrays, case.stride, case.padding).shape)

        backpropagate(adapters.run_conv2d(*operands, stride=case.stride, padding=case.padding), upstream)

        def loss(array):
            changed = [*arrays[:position], array, *arrays[position + 1 :]]
            return (convolved(*changed, case.stride, case.padding) * upstream).sum()

        assert_gradient(operands[position], numeric_gradient(loss, arrays[position]))

    def test_the_bias_gets_the_sum_over_all_places(self, rng):
        """The gradient of a bias is the upstream gradient of its channel, summed over images and places."""
        arrays = drawn(rng)
        x, weight, bias = tensors(*arrays)
        upstream = rng.normal(size=convolved(*arrays).shape)

        backpropagate(adapters.run_conv2d(x, weight, bias), upstream)

        assert_gradient(bias, upstream.sum(axis=(0, 2, 3)))

    def test_a_pixel_gets_a_share_from_each_place_that_covers_it(self, rng):
        """Under equal weights a pixel's gradient is the weight times the number of places that cover it."""
        (rows, columns), value = rng.integers([5, 6], [8, 9]), rng.uniform(1, 2)
        x, weight, bias = tensors(np.ones((1, 1, rows, columns)), np.full((1, 1, 3, 3), value), np.zeros(1))

        adapters.run_tensor_backward(adapters.run_conv2d(x, weight, bias))

        counts = np.outer(*([1.0, 2.0, *[3.0] * (size - 4), 2.0, 1.0] for size in (rows, columns)))
        hint = "where places overlap their gradients add up: += and not ="
        assert_gradient(x, value * counts[None, None], hint=hint)

    def test_a_pixel_that_no_place_covers_gets_zero(self, rng):
        """With stride 2 and a kernel of one pixel only every second row and column gets a gradient."""
        (rows, columns), value = rng.integers(4, 8, size=2), rng.uniform(1, 4)
        x, weight, bias = tensors(np.ones((1, 1, rows, columns)), np.full((1, 1, 1, 1), value), np.zeros(1))

        adapters.run_tensor_backward(adapters.run_conv2d(x, weight, bias, stride=2))

        expected = np.zeros((1, 1, rows, columns))
        expected[:, :, ::2, ::2] = value
        assert_gradient(x, expected)

    def test_a_weight_gets_the_pixels_that_it_met(self, rng):
        """Under a gradient of ones a weight's gradient is the sum of the pixels that it was multiplied by."""
        array = rng.normal(size=(2, 1, *rng.integers(4, 7, size=2)))
        x, weight, bias = tensors(array, np.ones((1, 1, 2, 3)), np.zeros(1))

        adapters.run_tensor_backward(adapters.run_conv2d(x, weight, bias))

        rows, columns = (size - (kernel - 1) for size, kernel in zip(array.shape[2:], (2, 3), strict=True))
        met = [[array[:, 0, i : i + rows, j : j + columns].sum() for j in range(3)] for i in range(2)]
        assert_gradient(weight, np.array(met)[None, None])

    def test_a_weight_used_twice_gets_both_gradients(self, rng):
        """A kernel that two convolutions share gets the sum of their gradients."""
        first, weight_array, bias_array = drawn(rng)
        second = rng.normal(size=first.shape)
        weight, bias = tensors(weight_array, bias_array)
        results = [adapters.run_conv2d(x, weight, bias) for x in tensors(first, second)]

        adapters.run_tensor_backward(adapters.run_tensor_add(*results))

        def loss(array):
            return convolved(first, array, bias_array).sum() + convolved(second, array, bias_array).sum()

        assert_gradient(weight, numeric_gradient(loss, weight_array))

    def test_gradients_pass_through_two_layers(self, rng):
        """In convolution, relu, convolution the first kernel's gradient agrees with central differences."""
        x, first, bias = arrays_of(rng, (2, 1, *rng.integers(5, 8, size=2)), (2, 1, 3, 3))
        second, last_bias = rng.normal(size=(2, 2, 2, 2)), rng.normal(size=2)
        weight, start = tensors(first, bias)
        hidden = adapters.run_conv2d(*tensors(x), weight, start, padding=1)
        z = adapters.run_conv2d(adapters.run_tensor_relu(hidden), *tensors(second, last_bias))

        adapters.run_tensor_backward(z)

        def loss(array):
            inner = np.maximum(convolved(x, array, bias, 1, 1), 0)
            return convolved(inner, second, last_bias).sum()

        assert_gradient(weight, numeric_gradient(loss, first))

    def test_descent_finds_the_kernel_that_made_the_images(self, rng):
        """Steps on the squared error lead from zeros towards the kernel that made the targets."""
        x, kernel = rng.normal(size=(4, 1, 6, 6)), rng.normal(size=(1, 1, 3, 3))
        weight, bias = tensors(np.zeros((1, 1, 3, 3)), np.zeros(1))
        made, lr = convolved(x, kernel, np.zeros(1)), float(rng.uniform(0.1, 0.2))
        images, targets = tensors(x, -made)

        for _ in range(12):
            adapters.zero_grad([weight, bias])
            error = adapters.run_tensor_add(adapters.run_conv2d(images, weight, bias), targets)
            adapters.run_tensor_backward(adapters.run_tensor_mean(adapters.run_tensor_mul(error, error)))
            adapters.run_sgd_step([weight, bias], lr)

        def loss(numbers):
            return ((convolved(x, numbers[:9].reshape(1, 1, 3, 3), numbers[9:]) - made) ** 2).mean()

        numbers = np.zeros(10)
        for _ in range(12):
            numbers = numbers - lr * numeric_gradient(loss, numbers)
        assert_close(tensor_data(weight), numbers[:9].reshape(1, 1, 3, 3), **LOOSELY)

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
