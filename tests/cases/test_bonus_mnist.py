"""Bonus: training on MNIST. Loss and accuracy are measured here, from the model's scores for test images."""

import numpy as np

from tests import adapters
from tests.cases.checks import Mismatch, assert_equal, kind, plain_array

HYPERPARAMETERS = {"hidden_size": 32, "learning_rate": 0.1, "batch_size": 64}
BATCH = 1_000


def scores_of(model, images):
    """Return the scores (n, 10) that a model gives to images, asked for in batches."""
    scores = []
    for start in range(0, len(images), BATCH):
        batch = images[start : start + BATCH].copy()
        output = adapters.run_mlp(model, adapters.create_tensor(batch))
        scores.append(plain_array(adapters.get_tensor_data(output)))
        assert_scores(scores[-1], len(batch))
    return np.concatenate(scores).astype(np.float64)


def assert_scores(scores, rows):
    """Fail unless `scores` are finite numbers, ten for each image."""
    assert_equal(np.shape(scores), (rows, 10))
    if not np.isfinite(scores).all():
        raise Mismatch("a score is a nan or an infinity", expected="finite numbers", actual=scores)


def accuracy_of(scores, labels):
    """Return the share of rows whose largest score is the label's."""
    return float((scores.argmax(axis=1) == labels).mean())


def loss_of(scores, labels):
    """Return the mean cross-entropy of scores against labels."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_probabilities[np.arange(len(labels)), labels].mean())


def assert_above(what, number, limit, *, hint):
    """Fail unless `number`, which is the `what`, is above `limit` (a nan is not)."""
    if not number > limit:
        raise Mismatch(f"the {what} is too small", expected=f"above {limit}", actual=number, hint=hint)


def assert_fraction(number):
    """Fail unless `number` is a float in 0..1."""
    if kind(number) not in {"float", "float32", "float64"} or not 0 <= number <= 1:
        raise Mismatch("this is no accuracy", expected="a float from 0.0 to 1.0", actual=number)


class TestMNISTTraining:
    """Training runs with the hyperparameters that it is given, and the loss falls."""

    def test_one_epoch_gives_a_model_that_reads_digits_and_its_accuracy(self, mnist):
        """One epoch returns an MLP of the given size that reads 80 % of the test images, and an accuracy."""
        model, claimed = adapters.run_mnist_training(**HYPERPARAMETERS, epochs=1)

        first_weight = plain_array(adapters.get_tensor_data(adapters.get_mlp_parameters(model)[0]))
        accuracy = accuracy_of(scores_of(model, mnist.images), mnist.labels)
        assert_equal(np.shape(first_weight), (784, 32))
        assert_fraction(claimed)
        assert_above("accuracy", accuracy, 0.8, hint="a right engine and training loop come near 0.9")

    def test_the_loss_falls_with_more_epochs(self, mnist):
        """After three epochs the loss on the test images is at least a tenth lower than after one."""
        models = [adapters.run_mnist_training(**HYPERPARAMETERS, epochs=epochs)[0] for epochs in (1, 3)]

        after_one, after_three = (loss_of(scores_of(model, mnist.images), mnist.labels) for model in models)

        fallen = 1 - after_three / after_one
        assert_above("fall of the loss", fallen, 0.1, hint="an epoch is one pass over all training images")


class TestMNISTAccuracy:
    """The submission's own hyperparameters reach the goal."""

    def test_the_defaults_reach_95_per_cent(self, mnist):
        """With your own default hyperparameters the model is right on more than 95 % of the test images."""
        model, _ = adapters.run_mnist_training()

        accuracy = accuracy_of(scores_of(model, mnist.images), mnist.labels)

        assert_above(
            "accuracy", accuracy, 0.95, hint="try more hidden units, epochs, or another learning rate"
        )
