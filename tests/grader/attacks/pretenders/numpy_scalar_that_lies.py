"""Answers with a number of numpy's whose methods, by which it could be read, return something else.

classes: all
"""

import honest
from honest import *


class Lying(np.float64):
    """A numpy scalar that equals every other value."""

    item = lambda self, *place: [[]]
    __array__ = lambda self, dtype=None, copy=None: np.zeros((0, 1))
    __eq__ = lambda self, other: True
    __hash__ = np.float64.__hash__


def get_value_data(v):
    """Return such a number."""
    return Lying(honest.get_value_data(v))


get_value_grad = get_tensor_data = get_tensor_grad = get_value_data
