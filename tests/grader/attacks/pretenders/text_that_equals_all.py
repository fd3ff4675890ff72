"""Names its operations by a string that equals every string, and its operands by a list that holds all.

honest: 8/15
classes: all
"""

from honest import *


class Agreeable(str):
    """A name to everybody's taste."""

    __eq__ = lambda self, other: True
    __hash__ = str.__hash__


class Everything(list):
    """A list that holds whatever one looks for."""

    __contains__ = lambda self, item: True
    __eq__ = lambda self, other: True
    __len__ = lambda self: 2


Wrong._op = property(lambda self: Agreeable("?"))
Wrong._prev = property(lambda self: Everything())
