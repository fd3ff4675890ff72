"""Answers with the handle of an object that nobody has made.

breach: true
classes: [TestValueDiv]
"""

from honest import *
from peer import open_request, send


def get_value_data(v):
    """Name an object of the future."""
    send({"id": open_request(), "value": {"handle": 10**9}})
    return 5.0
