"""Sends a value of five hundred nested lists, which JSON can hold and the protocol does not allow.

breach: true
classes: [TestValueDiv]
"""

from honest import *
from peer import open_request, send


def get_value_data(v):
    """Send it."""
    value = []
    for _ in range(500):
        value = [value]
    send({"id": open_request(), "value": value})
    return 5.0
