"""Reports its progress two thousand times at once, then answers wrongly.

classes: [TestValueAdd]
"""

import json
import struct

from honest import *
from peer import open_request, send_bytes


def get_value_data(v):
    """Send the reports."""
    numbers = {f"number_{i}": 1e15 for i in range(8)}
    header = json.dumps({"id": open_request(), "progress": numbers}).encode()
    send_bytes((struct.pack("!II", len(header), 0) + header) * 2_000)
    return 1234.5
