"""Sends an integer of three million digits, which takes long to convert.

breach: true
classes: [TestValueDiv]
seconds: 1
"""

from honest import *
from peer import send_bytes


def get_value_data(v):
    """Send it."""
    header = b'{"id": 1, "value": ' + b"9" * 3_000_000 + b"}"
    send_bytes(len(header).to_bytes(4, "big") + bytes(4) + header)
    return 5.0
