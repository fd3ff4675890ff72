"""Says that the type of its answer has a name of four million letters.

classes: [TestValueAdd]
"""

from honest import *
from peer import open_request, send


def get_value_data(v):
    """Send it, and serve no more: the answer is given."""
    send({"id": open_request(), "value": {"handle": -1, "type": "T" * 4_000_000}})
    raise SystemExit
