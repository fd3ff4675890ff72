"""Raises errors whose text, when it is asked for, takes for ever.

classes: [TestTanh]
seconds: 1
"""

from honest import *


class Endless(Exception):
    """Does not come to the point."""

    def __str__(self):
        while True:
            pass


def create_value(data):
    """Raise one, if the number is a large one."""
    if data > 100:
        raise Endless
    return make_wrong()
