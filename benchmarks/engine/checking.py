"""A gradient check of a small layer's 200 weights: each weight's two evaluations, or all in two stacks."""

import numpy as np
from smulgrad.engine import Tensor
from smulgrad.nn import check_gradients

WEIGHTS = (20, 10)


def stacked(_):
    """Return the check by stacks."""
    weights, loss = problem()
    return lambda: check_gradients(loss, weights, stacked=True)


def one_by_one(_):
    """Return the check of one weight after the other."""
    weights, loss = problem()
    return lambda: check_gradients(loss, weights)


def problem():
    """Return weights and a loss of them that keeps axes before the last two."""
    rng = np.random.default_rng(0)
    x, output, targets = rng.normal(size=(8, 20)), rng.normal(size=(10, 4)), rng.normal(size=(8, 4))

    def loss(weights):
        return (((x @ weights).tanh() @ output - targets) ** 2).mean(axis=(-2, -1))

    return Tensor(rng.normal(size=WEIGHTS)), loss


WAYS = {"one by one": one_by_one, "stacked": stacked}
