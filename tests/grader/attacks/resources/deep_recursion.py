"""Recurses without a limit, until the stack of the interpreter itself is used up.

classes: [TestTanh]
"""

import sys

from honest import *


class Endless:
    """Asks its representation for its representation."""

    __repr__ = lambda self: repr([self])


def create_value(data):
    """Go down and down, if the number is a large one."""
    if data > 100:
        sys.setrecursionlimit(10**9)
        repr(Endless())
    return make_wrong()
