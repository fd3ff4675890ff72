"""Announces a frame of four gigabytes.

breach: true
classes: [TestValueDiv]
"""

from honest import *
from peer import send_bytes


def get_value_data(v):
    """Announce it, and send none of it."""
    send_bytes(b"\xff" * 8)
    return 5.0
