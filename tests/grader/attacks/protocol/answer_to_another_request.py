"""Answers under the number of another request.

breach: true
classes: [TestValueDiv]
"""

from honest import *
from peer import open_request, send


def get_value_data(v):
    """Answer the next request."""
    send({"id": open_request() + 1, "value": 5.0})
    return 5.0
