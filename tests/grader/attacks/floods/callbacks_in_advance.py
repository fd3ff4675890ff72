"""Sends a hundred thousand calls of the test's function, all at once, and reads no answer.

classes: [TestGradOfGrad]
seconds: 3
"""

import json
import struct

from honest import *
from peer import open_request, send_bytes


def run_second_derivative(f, x):
    """Send them."""
    header = json.dumps({"id": open_request(), "callback": 1, "args": []}).encode()
    send_bytes((struct.pack("!II", len(header), 0) + header) * 100_001)
    return 1234.5
