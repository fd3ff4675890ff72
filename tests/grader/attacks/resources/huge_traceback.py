"""Raises errors with a message of megabytes, from a thousand frames.
"""

from honest import *


def run_add(a, b, depth=900):
    """Go down, then raise."""
    if depth:
        return run_add(a, b, depth - 1)
    raise ValueError("x" * (4 << 20))
