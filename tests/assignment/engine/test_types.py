"""Float types are kept, and Tensors without axes or without numbers are Tensors."""

import numpy as np
import pytest
from smulgrad.engine import Tensor, Value
from smulgrad.nn import SGD, Linear, cross_entropy, softmax
from smulgrad.node import grad

FLOATS = pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])


@FLOATS
def test_data_results_and_gradients_keep_their_type(dtype):
    """Beside plain numbers and numpy scalars, data, results and gradients have the input's float type."""
    x = Tensor(np.array([[0.5, 1.5]], dtype))

    y = ((x * 2 + np.float64(1)) / 3.0 - 1).max(axis=1).mean()
    z = softmax((x**2).exp().tanh().log().relu() @ x.T).sum()
    (y + z).backward()

    assert {x.data.dtype, y.data.dtype, z.data.dtype, x.grad.dtype} == {np.dtype(dtype)}


@FLOATS
def test_second_derivatives_keep_their_type(dtype):
    """The nodes of a gradient have the input's float type, and so has their gradient."""
    x = Tensor(np.array([[0.5, 1.5]], dtype))

    first = grad((x * x * x).sum(), [x], create_graph=True)[0]
    second = grad(first.sum(), [x])[0]

    assert (first.data.dtype, second.dtype) == (dtype, dtype)


def test_a_training_step_stays_in_float32():
    """A layer in float32 is in float32 after a step, with images and labels of that type."""
    layer = Linear(3, 2)
    for parameter in layer.parameters():
        parameter.data = parameter.data.astype(np.float32)
    loss = cross_entropy(layer(np.ones((4, 3), np.float32)), np.eye(2, dtype=np.float32)[[0, 1, 1, 0]])

    loss.backward()
    SGD(layer.parameters(), 0.1).step()

    types = {loss.data.dtype, *(array.dtype for p in layer.parameters() for array in (p.data, p.grad))}
    assert types == {np.dtype(np.float32)}


def test_a_gradient_has_its_own_tensor_s_type():
    """Where float32 meets float64 the result is float64, and each gradient has the type of its data."""
    narrow, wide = Tensor(np.ones(2, np.float32)), Tensor(np.ones(2))

    product = narrow * wide
    product.backward()

    assert (product.data.dtype, narrow.grad.dtype, wide.grad.dtype) == (np.float64, np.float32, np.float64)


@pytest.mark.parametrize("data", [1, True, [1, 2], np.arange(3), np.array([True, False])])
def test_what_is_no_float_becomes_float64(data):
    """Integers and booleans become float64, in a Tensor and as the constant of an operation."""
    made, sum_ = Tensor(data), Tensor([0.5]) + data

    assert (made.data.dtype, sum_.data.dtype) == (np.float64, np.float64)


def test_a_value_holds_a_float():
    """An int becomes a float, and every result is one."""
    v = Value(3)

    results = [v, v + 1, 1 - v, v * v, 2 / v, v**2, -v, v.relu(), v.exp(), v.log(), v.tanh()]

    assert all(type(result.data) is float for result in results)


def test_arrays_are_constants():
    """An array on either side takes part in the operation and gets no gradient."""
    w = Tensor(np.ones((2, 2)))
    x = np.array([[1.0, 2.0]])

    product = x @ w
    (product - x).backward()

    assert product._prev == {w}  # noqa: SLF001 - a part of the handout's contract
    np.testing.assert_array_equal(w.grad, [[1.0, 1.0], [2.0, 2.0]])


def test_lists_are_constants_too():
    """A nested list stands for the array that numpy makes of it, on either side."""
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])

    y = [[1, 1]] @ (x * [2, 3]) + [0.5, 0.5]
    y.backward()

    np.testing.assert_array_equal(y.data, [[8.5, 18.5]])
    np.testing.assert_array_equal(x.grad, [[2.0, 3.0], [2.0, 3.0]])


def test_tensors_without_axes():
    """A 0-d Tensor goes through every kind of operation, and its data and gradient are 0-d arrays."""
    x = Tensor(0.5)

    y = (x * x + x.exp() / 2).sum().mean().max().reshape(()).T
    y.backward()

    for array in (x.data, y.data, x.grad, y.grad):
        assert isinstance(array, np.ndarray)
        assert array.shape == ()
    assert float(x.grad) == pytest.approx(2 * 0.5 + np.exp(0.5) / 2)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0)])
def test_tensors_without_numbers(shape):
    """An empty Tensor goes through broadcasting, sums and backward; a scalar beside it gets zero."""
    empty, scalar = Tensor(np.zeros(shape)), Tensor(2.0)

    ((empty * scalar + scalar).tanh().sum(axis=0) * 3).sum().backward()

    assert empty.grad.shape == shape
    assert float(scalar.grad) == 0.0


def test_the_product_of_empty_matrices():
    """A matrix product over no numbers is zeros, and its gradients are empty."""
    x, y = Tensor(np.zeros((2, 0))), Tensor(np.zeros((0, 3)))

    z = x @ y
    z.backward()

    np.testing.assert_array_equal(z.data, np.zeros((2, 3)))
    assert (x.grad.shape, y.grad.shape) == ((2, 0), (0, 3))
