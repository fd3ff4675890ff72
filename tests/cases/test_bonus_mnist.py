"""Bonus: training on MNIST. Loss and accuracy are measured here, from the parameters of the trained network.

The handout fixes the network: two linear layers with a ReLU between them. So its scores follow from its four
parameters, in any order. Each test asks for the scores of new images: a drawn sample of the test
images, shifted and with noise, in batches of a drawn size. These scores must follow from the parameters.
Then loss and accuracy on the clean test images are computed from the parameters, without the submission. So
a table of labels or scores earns nothing. And 95 % means all published test images, as the handout says:
neither the sample nor the noise can cost a network the goal.
"""

from dataclasses import dataclass

import numpy as np

from tests import adapters
from tests.cases.checks import Mismatch, assert_close, assert_equal, kind, plain_array
from tests.cases.reading import tensor_data

SIDE, PIXELS, CLASSES = 28, 784, 10
MOST_HIDDEN = 4_096  # more could not be trained in the time of a call
BATCHES = ((300, 500), (50, 150))  # how many images each holds
NOISE = 0.05
TOLERANCE = 1e-3  # of a score, as a share of the largest: far above the rounding errors of float32


@dataclass(frozen=True)
class Layers:
    """The parameters of a network of two layers, in float32."""

    w1: np.ndarray
    b1: np.ndarray
    w2: np.ndarray
    b2: np.ndarray

    def scores(self, images):
        """Return the scores (n, 10) of images, computed a thousand at a time."""
        parts = np.split(images, range(1_000, len(images), 1_000))
        return np.concatenate([np.maximum(x @ self.w1 + self.b1, 0) @ self.w2 + self.b2 for x in parts])


def layers_of(model):
    """Return the parameters of a model, which must have the shapes of one hidden layer."""
    parameters = list(adapters.get_mlp_parameters(model))
    assert_equal(len(parameters), 4, hint="an MLP's parameters are two weights and two biases")
    arrays = [plain_array(array) for array in tensor_data.of_all(parameters)]
    hidden = max((a.shape[1] for a in arrays if len(a.shape) == 2 and len(a) == PIXELS), default=0)
    wanted = [(PIXELS, hidden), (hidden,), (hidden, CLASSES), (CLASSES,)]
    hint = "an MLP for MNIST has 784 inputs, one hidden layer and 10 outputs"
    assert_equal(sorted(array.shape for array in arrays), sorted(wanted), hint=hint)
    if hidden > MOST_HIDDEN:
        raise Mismatch("the hidden layer is too large", expected=f"up to {MOST_HIDDEN}", actual=hidden)
    arrays.sort(key=lambda array: wanted.index(array.shape))
    return Layers(*(array.astype(np.float32) for array in arrays))


def changed(images, rng):
    """Return images shifted by up to a pixel each way, with noise: unknown numbers, and the same digits."""
    padded = np.pad(images.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)))
    places = rng.integers(3, size=(len(images), 2))
    shifted = np.stack(
        [image[i : i + SIDE, j : j + SIDE] for image, (i, j) in zip(padded, places, strict=True)]
    )
    noise = rng.normal(scale=NOISE, size=shifted.shape)
    return np.clip(shifted + noise, 0, 1).astype(np.float32).reshape(-1, PIXELS)


def trained_layers(model, images, rng):
    """Return the parameters of a model. Fail unless they give the model's scores for drawn images."""
    layers, order = layers_of(model), rng.permutation(len(images))
    for bounds in BATCHES:
        size = rng.integers(*bounds, endpoint=True)
        batch, order = changed(images[order[:size]], rng), order[size:]
        expected = layers.scores(batch)
        output = adapters.run_mlp(model, adapters.create_tensor(batch.copy()))
        hint = "run_mlp computes relu(x @ w1 + b1) @ w2 + b2 from the Tensors that get_mlp_parameters returns"
        largest = float(np.abs(expected).max())
        scores = tensor_data(output)
        assert_close(scores, expected, rtol=0, atol=TOLERANCE * largest, hint=hint)
    return layers


def accuracy_of(scores, labels):
    """Return the share of rows whose largest score is the label's."""
    return float((scores.argmax(axis=1) == labels).mean())


def loss_of(scores, labels):
    """Return the mean cross-entropy of scores against labels."""
    shifted = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_probabilities[np.arange(len(labels)), labels].mean())


def drawn_settings(rng):
    """Return hyperparameters near a hidden layer of 32, a learning rate of 0.1 and batches of 64."""
    return {
        "hidden_size": int(rng.integers(28, 37)),
        "learning_rate": float(rng.uniform(0.09, 0.11)),
        "batch_size": int(rng.integers(60, 69)),
    }


def assert_above(what, number, limit, *, hint):
    """Fail unless `number`, which messages call `what`, is above `limit` (a nan is not)."""
    if not number > limit:
        raise Mismatch(f"the {what} is too small", expected=f"above {limit}", actual=number, hint=hint)


def assert_fraction(number):
    """Fail unless `number` is a float in 0..1."""
    is_float = any(type(number) is known for known in (float, np.float32, np.float64))
    if not is_float or not 0 <= number <= 1:
        actual = number if is_float else kind(number)
        raise Mismatch("this is no accuracy", expected="a float from 0.0 to 1.0", actual=actual)


class TestMNISTTraining:
    """Training runs with the hyperparameters that it is given, and the loss falls."""

    def test_one_epoch_gives_a_model_that_reads_digits_and_its_accuracy(self, rng, mnist):
        """One epoch returns an MLP of the given size that reads 80 % of the test images, and an accuracy."""
        settings = drawn_settings(rng)

        model, claimed = adapters.run_mnist_training(**settings, epochs=1)

        layers = trained_layers(model, mnist.images, rng)
        assert_equal(layers.w1.shape, (PIXELS, settings["hidden_size"]))
        assert_fraction(claimed)
        accuracy = accuracy_of(layers.scores(mnist.images), mnist.labels)
        assert_above("accuracy", accuracy, 0.8, hint="a right engine and training loop come near 0.9")

    def test_the_loss_falls_with_more_epochs(self, rng, mnist):
        """After three epochs the loss on the test images is at least a tenth lower than after one."""
        settings = drawn_settings(rng)
        models = [adapters.run_mnist_training(**settings, epochs=epochs)[0] for epochs in (1, 3)]

        layers = [trained_layers(model, mnist.images, rng) for model in models]

        assert_equal([each.b1.shape for each in layers], [(settings["hidden_size"],)] * 2)
        after_one, after_three = (loss_of(each.scores(mnist.images), mnist.labels) for each in layers)
        fallen = 1 - after_three / after_one
        assert_above("fall of the loss", fallen, 0.1, hint="an epoch is one pass over all training images")


class TestMNISTAccuracy:
    """The submission's own hyperparameters reach the goal."""

    def test_the_defaults_reach_95_per_cent(self, rng, mnist):
        """With your own default hyperparameters the model is right on more than 95 % of the test images."""
        model, _ = adapters.run_mnist_training()

        layers = trained_layers(model, mnist.images, rng)

        accuracy = accuracy_of(layers.scores(mnist.images), mnist.labels)
        assert_above(
            "accuracy", accuracy, 0.95, hint="try more hidden units, epochs, or another learning rate"
        )
