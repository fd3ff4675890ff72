"""What the reference's bonuses promise beyond the cases: errors, memory, second derivatives, labels."""

import gc

import numpy as np
import pytest
from smulgrad.adam import Adam
from smulgrad.conv import conv2d
from smulgrad.drawing import draw_graph
from smulgrad.engine import Tensor, Value
from smulgrad.sweep import grad

from tests.cases.dot import parse_picture

IMAGES, WEIGHT, BIAS = (2, 2, 5, 4), (3, 2, 3, 2), (3,)


@pytest.fixture
def rng():
    """Return a generator that is the same in every run."""
    return np.random.default_rng(0)


def operands(rng):
    """Return images, weight and bias for a convolution."""
    return [Tensor(rng.normal(size=shape)) for shape in (IMAGES, WEIGHT, BIAS)]


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_a_convolution_can_be_differentiated_twice(rng, stride, padding):
    """The gradient of (gradient . v) by images and weight equals a difference of gradients."""
    x, weight, bias = operands(rng)
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
        conv2d(*operands(rng), padding=1).sum().backward()
        garbage = gc.collect()
    finally:
        gc.enable()

    assert garbage == 0


def test_images_may_be_a_plain_array(rng):
    """Images that need no gradient are given as an array, and only the parameters are operands."""
    x, weight, bias = operands(rng)

    z = conv2d(x.data, weight, bias)
    z.backward()

    np.testing.assert_array_equal(z.data, conv2d(x, weight, bias).data)
    assert weight.grad.any()


def test_a_batch_may_be_empty(rng):
    """No images give no results, and a gradient of zeros."""
    _, weight, bias = operands(rng)

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


def test_adam_changes_the_very_array():
    """A step of Adam works in place and keeps the float type, whatever the type of lr."""
    parameter = Tensor(np.ones(3, np.float32))
    parameter.grad = np.ones(3, np.float32)
    array = parameter.data

    Adam([parameter], lr=np.float64(0.5)).step()

    assert parameter.data is array
    assert array.dtype == np.float32
    np.testing.assert_allclose(array, 0.5, rtol=1e-6)


def test_adam_zeroes_gradients():
    """After zero_grad every parameter's gradient is zero."""
    parameters = [Tensor(np.ones(3)), Tensor(np.ones(()))]
    for parameter in parameters:
        parameter.grad = np.ones(parameter.shape)

    Adam(parameters).zero_grad()

    assert not any(parameter.grad.any() for parameter in parameters)


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ('say "hi"', 'say \\"hi\\"'),
        ("back\\", "back\\\\"),
        ("two\nlines", "two\nlines"),
        ("]; } \x00 \x1b[31m", "]; } \N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}[31m"),
        ("\\N", "\\\\N"),
    ],
    ids=["quotes", "backslash", "line-break", "control-characters", "node-name"],
)
def test_no_operation_breaks_out_of_its_label(name, escaped):
    """Whatever an operation is called, the drawing stays one node in DOT, with the name in its label."""
    node = Value(2.0)
    node._op = name  # noqa: SLF001 - a part of the handout's contract

    picture = parse_picture(draw_graph(node))

    assert picture.labels == {"n0": f"{escaped}\ndata 2\ngrad 0"}


def test_a_drawing_tells_what_a_node_holds():
    """Numbers are shown with four digits, small arrays with their numbers, large ones with the range."""
    number, small, large = Value(1 / 3), Tensor(np.array([0.5, -2.0])), Tensor(np.ones((28, 28)))

    drawings = [draw_graph(node) for node in (number, small, large)]

    expected = [
        "data 0.3333\\ngrad 0",
        "shape (2,)\\ndata [0.5 -2]\\ngrad [0 0]",
        "shape (28, 28)\\ndata from 1 to 1\\ngrad from 0 to 0",
    ]
    assert all(text in drawing for text, drawing in zip(expected, drawings, strict=True))


def test_only_nodes_are_drawn():
    """Anything but a Value or a Tensor is refused by the name of its type."""
    with pytest.raises(TypeError, match=r"draw_graph: .* got float"):
        draw_graph(2.0)
