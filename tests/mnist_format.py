"""MNIST as arrays to train on: scaling, one-hot labels, mini-batches and accuracy; pure functions only.

`tests/mnist_utils.py` hands these on to students, and so does the grader's stand-in for it.
"""

import numpy as np

CLASSES = 10


class MnistUnavailable(RuntimeError):  # noqa: N818 - says what is the case, as its users read it
    """MNIST is unavailable; the message names the sources tried and a remedy."""


def as_training_arrays(images, labels):
    """Return uint8 images (n, 28, 28) as float32 (n, 784) in 0..1, and labels as one-hot float32 (n, 10)."""
    scaled = np.divide(images.reshape(len(images), -1), np.float32(255), dtype=np.float32)
    return scaled, np.eye(CLASSES, dtype=np.float32)[labels]


def mini_batch_iterator(X, y, batch_size, shuffle=True, rng=None):  # noqa: FBT002, N803 - the handout's signature
    """Yield (X_batch, y_batch) until every example was seen once; the last batch may be smaller.

    The order comes from `rng` (a numpy Generator), or else from numpy's global generator, which
    np.random.seed makes repeatable.
    """
    if batch_size < 1 or len(X) != len(y):
        raise ValueError(f"cannot cut {len(X)} inputs and {len(y)} targets into batches of {batch_size}")
    generator = np.random if rng is None else rng
    order = generator.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        chosen = order[start : start + batch_size]
        yield X[chosen], y[chosen]


def compute_accuracy(predictions, targets):
    """Return the share of rows whose largest score is at the target.

    `predictions` are scores of shape (n, 10), `targets` one-hot rows (n, 10) or labels (n,).
    """
    predictions, targets = np.asarray(predictions), np.asarray(targets)
    labels = targets.argmax(axis=1) if targets.ndim == 2 else targets
    if predictions.ndim != 2 or labels.shape != predictions.shape[:1] or not len(labels):
        raise ValueError(f"scores of shape {predictions.shape} do not go with targets of {targets.shape}")
    return float((predictions.argmax(axis=1) == labels).mean())
