"""A file of MNIST's format that is small enough for tests."""

import hashlib

import numpy as np

from tests.mnist_files import MnistFile


def small_file(name="digits", shape=(4, 2, 2)):
    """Return a small IDX file and its bytes."""
    numbers = bytes(range(int(np.prod(shape))))
    file = MnistFile(name, shape, sha256="")
    content = file.header + numbers
    return MnistFile(name, shape, hashlib.sha256(content).hexdigest()), content
