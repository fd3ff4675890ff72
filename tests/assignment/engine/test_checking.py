"""The gradient check: the mistakes that it finds, one by one and in stacks."""

import numpy as np
import pytest
from smulgrad.engine import Tensor
from smulgrad.nn import check_gradients

BOTH = pytest.mark.parametrize("stacked", [False, True], ids=["one-by-one", "stacked"])


def loss(weights):
    """Return a number for weights (3, 4), or for each of a stack of them."""
    return ((np.arange(6.0).reshape(2, 3) @ weights).tanh() ** 2).mean(axis=(-2, -1))


def wrong(weights):
    """Return the same number, with a gradient that is a tenth too large in one place."""
    off = np.zeros((3, 4))
    off[1, 2] = 0.1
    hidden = (weights * off).sum(axis=(-2, -1))
    return loss(weights) + hidden - hidden.data


@pytest.fixture
def weights():
    """Return weights to check at."""
    return Tensor(np.random.default_rng(0).normal(size=(3, 4)))


@BOTH
def test_a_right_gradient_passes(weights, stacked):
    """The gradient of a loss that is differentiated rightly is found right."""
    assert check_gradients(loss, weights, stacked=stacked)


@BOTH
def test_one_wrong_number_is_found(weights, stacked):
    """A gradient that is wrong in one number of twelve is found wrong."""
    assert not check_gradients(wrong, weights, stacked=stacked)


@BOTH
def test_it_leaves_the_input_alone(weights, stacked):
    """Data and gradient of the input are unchanged."""
    data = weights.data.copy()
    weights.grad = np.ones((3, 4))

    check_gradients(loss, weights, stacked=stacked)

    np.testing.assert_array_equal(weights.data, data)
    np.testing.assert_array_equal(weights.grad, np.ones((3, 4)))


@BOTH
def test_a_nan_is_no_agreement(weights, stacked):
    """Where the function is not a number the check says no."""
    assert not check_gradients(lambda w: loss(w * np.nan), weights, stacked=stacked)


def test_a_stack_goes_through_the_function_at_once(weights):
    """Twelve weights take two calls with a stack and one for the gradient, instead of twenty-five."""
    shapes = []

    def watched(w):
        shapes.append(w.shape)
        return loss(w)

    check_gradients(watched, weights, stacked=True)

    assert shapes == [(3, 4), (12, 3, 4), (12, 3, 4)]
