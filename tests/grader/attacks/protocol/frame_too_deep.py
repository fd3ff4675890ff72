"""Sends a header of a hundred thousand nested lists.

breach: true
classes: [TestValueDiv]
"""

from honest import *
from peer import send_bytes


def get_value_data(v):
    """Send it."""
    send_bytes((100_000).to_bytes(4, "big") + bytes(4) + b"[" * 100_000)
    return 5.0
