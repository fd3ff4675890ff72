"""Has the trusted side call a function though none was handed over.

breach: true
classes: [TestValueDiv]
"""

from honest import *
from peer import open_request, send


def get_value_data(v):
    """Call whatever is number 1."""
    send({"id": open_request(), "callback": 1, "args": [5.0]})
    return 5.0
