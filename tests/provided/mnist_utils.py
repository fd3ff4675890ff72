"""Stands in for `tests.mnist_utils` beside a submission that is being graded: the training split, no more.

The process that holds a submission must never hold the labels of the test images, so the "test split" here
is a stand-in: the last 10,000 training images and labels (the training split has them as well). The grader
measures the accuracy that counts on the real test images, in another process. Nothing is downloaded here.
"""

import os
from pathlib import Path

import numpy as np

from tests.mnist_format import MnistUnavailable, as_training_arrays, compute_accuracy
from tests.mnist_format import mini_batch_iterator as batches_of
from tests.mnist_split import TRAINING_FILES

try:
    from grader.boundary.call_progress import progress
except ImportError:  # the project's own tests may use this file where no grader is installed
    progress = None

__all__ = [
    "MnistUnavailable",
    "compute_accuracy",
    "load_mnist",
    "load_mnist_raw",
    "mini_batch_iterator",
    "tell_loss",
]

FOLDER_VARIABLE = "SMULGRAD_TRAINING_DATA"
STAND_IN_SIZE = 10_000
EPOCH_SIZE = 30_000  # a pass over at least so many images is one of training, not of evaluation


def load_mnist():
    """Return train_X (60000, 784), train_y (60000, 10), and test_X and test_y likewise, as float32.

    Pixels lie in 0..1, labels are one-hot. The test split is a stand-in: the end of the training split.
    """
    train_x, train_y = as_training_arrays(*_training_split())
    return train_x, train_y, train_x[-STAND_IN_SIZE:], train_y[-STAND_IN_SIZE:]


def load_mnist_raw():
    """Return train images (60000, 28, 28), train labels (60000,), and test ones likewise, as uint8.

    The test split is a stand-in: the end of the training split.
    """
    images, labels = _training_split()
    return images, labels, images[-STAND_IN_SIZE:], labels[-STAND_IN_SIZE:]


def mini_batch_iterator(X, y, batch_size, shuffle=True, rng=None):  # noqa: FBT002, N803 - the handout's signature
    """Yield (X_batch, y_batch) as `tests.mnist_format` does, and tell whoever grades how far training is."""
    epoch = _next_epoch() if len(X) >= EPOCH_SIZE else None
    for number, batch in enumerate(batches_of(X, y, batch_size, shuffle, rng), start=1):
        if epoch:
            progress.report(**epoch, batch=number, batches=-(-len(X) // batch_size), **_newest_loss)
        yield batch


def tell_loss(loss):
    """Keep the loss of the newest batch, a number, to be told with how far training is."""
    _newest_loss["loss"] = float(loss)


_newest_loss = {}  # empty until somebody tells one
_epochs = {}  # the number of a call -> the epochs that began in it; one call at most


def _next_epoch():
    """Return which epoch of the open call begins, of how many if the call says so, or None without a call."""
    if progress is None or not progress.call:
        return None
    epoch = _epochs.get(progress.call, 0) + 1
    _epochs.clear()
    if epoch == 1:
        _newest_loss.clear()
    _epochs[progress.call] = epoch
    epochs = progress.options.get("epochs")
    return {"epoch": epoch, "epochs": epochs} if type(epochs) is int else {"epoch": epoch}


def _training_split():
    """Return images and labels as read-only views of the files, which all processes of a host share."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        raise MnistUnavailable(f"the variable {FOLDER_VARIABLE} names no folder, so there is no MNIST here")
    return tuple(np.asarray(np.load(Path(folder) / name, mmap_mode="r")) for name in TRAINING_FILES)
