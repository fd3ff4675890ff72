"""Closes the connection instead of answering.

classes: [TestValueDiv]
"""

from contextlib import suppress

from honest import *
from peer import stream


def get_value_data(v):
    """Hang up."""
    with suppress(AttributeError):
        stream().close()
    return 5.0
