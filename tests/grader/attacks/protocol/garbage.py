"""Sends bytes that are no frame.

breach: true
classes: [TestValueDiv]
"""

from honest import *
from peer import send_bytes


def get_value_data(v):
    """Send them."""
    send_bytes(bytes(range(255, -1, -1)) * 4)
    return 5.0
