"""Tells of an error whose type, message and traceback are a million letters each, with escapes.

classes: [TestValueAdd]
"""

from honest import *
from peer import open_request, send

TEXT = "\x1b[31m<b>" + "x " * 600_000


def get_value_data(v):
    """Send it."""
    send({"id": open_request(), "error": {"type": TEXT, "message": TEXT, "traceback": TEXT}})
    raise SystemExit
