"""Answers with a float that claims to equal, and to be close to, every number.

classes: all
"""

import honest
from honest import *


class Agreeable(float):
    """A number to everybody's taste."""

    __hash__ = float.__hash__
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __sub__ = __rsub__ = lambda self, other: 0.0
    __abs__ = lambda self: 0.0


def get_value_data(v):
    """Return such a number."""
    return Agreeable(honest.get_value_data(v))


get_value_grad = get_value_data
