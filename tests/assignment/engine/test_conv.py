"""The reference's convolution beyond the cases: derivatives, memory, edges, errors."""

import gc

import numpy as np
import pytest
from smulgrad.conv import conv2d
from smulgrad.engine import Tensor
from smulgrad.node import grad

IMAGES, WEIGHT, BIAS = (2, 2, 5, 4), (3, 2, 3, 2), (3,)


@pytest.fixture
def rng():
    """Return a generator that is the same in every run."""
    return np.random.default_rng(0)


def operands_of(rng):
    """Return images, weight and bias for a convolution."""
    return [Tensor(rng.normal(size=shape)) for shape in (IMAGES, WEIGHT, BIAS)]


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_a_convolution_can_be_differentiated_twice(rng, stride, padding):
    """The gradient of (gradient . v) by images and weight equals a difference of gradients."""
    x, weight, bias = operands_of(rng)
    v = rng.normal(size=WEIGHT)

    def gradients(weight, **options):
        loss = (conv2d(x, weight, bias, stride, padding).tanh() ** 2).sum()
        return grad(loss, [x, weight], **options)

    first = gradients(weight, create_graph=True)[1]
    second = grad((first * v).sum(), [x, weight])

    ends = [gradients(Tensor(weight.data + step * v)) for step in (1e-6, -1e-6)]
    for found, above, below in zip(second, *ends, strict=True):
        np.testing.assert_allclose(found, (above - below) / 2e-6, rtol=1e-5, atol=1e-6)


def test_convolutions_leave_no_cyclic_garbage(rng):
    """The graph of a convolution is freed by reference counts alone."""
    gc.collect()
    gc.disable()
    try:
        conv2d(*operands_of(rng), padding=1).sum().backward()
        garbage = gc.collect()
    finally:
        gc.enable()

    assert garbage == 0


def test_images_may_be_a_plain_array(rng):
    """Images that need no gradient are given as an array, and only the parameters are operands."""
    x, weight, bias = operands_of(rng)

    z = conv2d(x.data, weight, bias)
    z.backward()

    np.testing.assert_array_equal(z.data, conv2d(x, weight, bias).data)
    assert weight.grad.any()


def test_a_batch_may_be_empty(rng):
    """No images give no results, and a gradient of zeros."""
    _, weight, bias = operands_of(rng)

    z = conv2d(Tensor(np.zeros((0, *IMAGES[1:]))), weight, bias)
    z.backward()

    assert z.shape == (0, 3, 3, 3)
    assert not weight.grad.any()


@pytest.mark.parametrize(
    ("x", "weight", "settings", "words"),
    [
        ((2, 5, 4), WEIGHT, {}, ["(2, 5, 4)", "four axes"]),
        (IMAGES, (3, 2, 3), {}, ["(3, 2, 3)", "four axes"]),
        (IMAGES, (3, 1, 3, 2), {}, ["channels", "2 and 1"]),
        (IMAGES, (3, 2, 3, 5), {}, ["does not fit", "(3, 2, 3, 5)"]),
        (IMAGES, WEIGHT, {"stride": 0}, ["stride 0"]),
        (IMAGES, WEIGHT, {"padding": -1}, ["padding -1"]),
    ],
)
def test_a_convolution_that_cannot_be_is_told(x, weight, settings, words):
    """Shapes and settings that do not go together are named, with the operation."""
    arrays = Tensor(np.ones(x)), Tensor(np.ones(weight)), Tensor(np.ones(3))

    with pytest.raises(ValueError, match=r"^conv2d: ") as raised:
        conv2d(*arrays, **settings)

    assert all(word in str(raised.value) for word in words), str(raised.value)


def test_float32_is_kept(rng):
    """The convolution of images in float32, and all gradients, are in float32."""
    x, weight, bias = operands = [Tensor(t.data.astype(np.float32)) for t in operands_of(rng)]

    z = conv2d(x, weight, bias, stride=2, padding=1)
    z.backward()

    assert {array.dtype for t in (z, *operands) for array in (t.data, t.grad)} == {np.dtype(np.float32)}


def test_a_pixel_gets_a_share_from_each_place_that_covers_it():
    """Under a kernel of ones a pixel's gradient is the number of places that cover it: 1 to 9."""
    x = Tensor(np.zeros((1, 1, 4, 5)))

    conv2d(x, Tensor(np.ones((1, 1, 3, 3))), Tensor(np.zeros(1))).backward()

    np.testing.assert_array_equal(x.grad[0, 0], np.outer([1, 2, 2, 1], [1, 2, 3, 2, 1]))
