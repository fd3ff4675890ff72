"""Answers with as many values as a message may hold, in lists, tuples and dicts.

classes: [TestValueAdd, TestTensorTranspose]
"""

from honest import *


def get_value_data(v):
    """Return a long list."""
    return list(range(130_000))


def get_tensor_data(t):
    """Return short ones, in great number."""
    return [({"k": 1.5}, (1, 2)) for _ in range(9_000)]
