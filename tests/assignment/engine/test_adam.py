"""The reference's Adam beyond the cases: closed forms, steep valleys, arrays in place."""

import numpy as np
from smulgrad.adam import Adam
from smulgrad.engine import Tensor
from smulgrad.nn import SGD

STEEPNESS = np.array([1.0, 1e4])  # of a valley along two axes


def test_the_first_steps_under_a_constant_gradient():
    """While the gradient stays g, each step is lr * g / (|g| + eps): no bias is left."""
    gradient, lr, eps = np.array([1e-3, -2.0, 1e5]), 0.1, 1e-8
    parameter = Tensor(np.zeros(3))
    optimizer = Adam([parameter], lr=lr, eps=eps)

    for steps in range(1, 6):
        parameter.grad = gradient
        optimizer.step()

        np.testing.assert_allclose(parameter.data, -steps * lr * gradient / (abs(gradient) + eps), rtol=1e-12)


def test_the_second_step_after_the_gradient_turned():
    """After gradients 1 and -1 the second step is the one worked out by hand: a little forward still."""
    b1, b2, lr = 0.9, 0.99, 0.1
    parameter = Tensor(np.zeros(1))
    optimizer = Adam([parameter], lr=lr, betas=(b1, b2), eps=0.0)

    for gradient in (1.0, -1.0):
        parameter.grad = np.array([gradient])
        before = parameter.data.copy()
        optimizer.step()

    mean = (b1 * (1 - b1) - (1 - b1)) / (1 - b1**2)  # its square's mean is 1 both times
    np.testing.assert_allclose(parameter.data - before, -lr * mean, rtol=1e-12)


def valley(optimizer_of, steps):
    """Return how far from its lowest point a parameter ends that started in a valley at (1, 1)."""
    p = Tensor(np.ones(2))
    optimizer = optimizer_of([p])
    for _ in range(steps):
        optimizer.zero_grad()
        (p * p * STEEPNESS).sum().backward()
        optimizer.step()
    return np.abs(p.data).max()


def test_a_steep_valley_stops_gradient_descent_and_not_adam():
    """In 300 steps Adam finds the lowest point; SGD crawls along, at every step size that it can stand."""
    sgd = [valley(lambda p, lr=lr: SGD(p, lr), 300) for lr in (9e-5, 1e-5, 1e-6)]

    adam = valley(lambda p: Adam(p, lr=0.05, betas=(0.8, 0.99)), 300)

    assert adam < 1e-2
    assert min(sgd) > 0.5


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
