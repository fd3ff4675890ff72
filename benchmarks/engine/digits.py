"""MNIST: how many seconds of training it takes until a share of the test digits is read right.

They are this process's seconds on its one thread, the same as the clock's where nobody else computes.
"""

import time
from dataclasses import dataclass

import numpy as np
from smulgrad.nn import MLP, SGD, cross_entropy

from tests.mnist_utils import compute_accuracy, load_mnist

LOOKS_PER_EPOCH = 10


@dataclass(frozen=True)
class Recipe:
    """A network and how it is trained; the learning rate falls to 0 in a straight line."""

    hidden: int
    batch: int
    learning_rate: float
    epochs: int


RECIPES = {0.95: Recipe(128, 32, 0.2, 1), 0.97: Recipe(128, 64, 0.3, 2), 0.98: Recipe(256, 32, 0.15, 3)}


def load():
    """Return MNIST with the training pixels' mean 0 and deviation 1."""
    train_x, train_y, test_x, test_y = load_mnist()
    mean, deviation = train_x.mean(), train_x.std()
    return (train_x - mean) / deviation, train_y, (test_x - mean) / deviation, test_y


def seconds_to(accuracy, data, seed):
    """Return the seconds of training until the test accuracy is above `accuracy`, or infinity if it never is.

    Shuffling and gathering batches count, evaluation does not; there are ten looks at the test set an epoch.
    """
    recipe = RECIPES[accuracy]
    train_x, train_y, test_x, test_y = data
    model, optimizer = start(recipe, seed)
    rng, spent, step = np.random.default_rng(seed), 0.0, 0
    steps = recipe.epochs * len(train_x) // recipe.batch
    started = time.process_time()
    for _ in range(recipe.epochs):
        order = rng.permutation(len(train_x))
        for rows in np.split(order[: len(order) // recipe.batch * recipe.batch], len(order) // recipe.batch):
            optimizer.lr = recipe.learning_rate * (1 - step / steps)
            optimizer.zero_grad()
            cross_entropy(model(train_x[rows]), train_y[rows]).backward()
            optimizer.step()
            step += 1
            if step % (len(train_x) // recipe.batch // LOOKS_PER_EPOCH) == 0:
                spent += time.process_time() - started
                if compute_accuracy(model(test_x).data, test_y) > accuracy:
                    return spent
                started = time.process_time()
    return float("inf")


def start(recipe, seed):
    """Return a new network in float32 and its optimizer."""
    rng = np.random.default_rng(seed)
    model = MLP(784, recipe.hidden, 10)
    for parameter in model.parameters():
        bound = 1 / np.sqrt(parameter.shape[0]) if parameter.ndim > 1 else 0
        parameter.data = rng.uniform(-bound, bound, parameter.shape).astype(np.float32)
    return model, SGD(model.parameters(), recipe.learning_rate)
