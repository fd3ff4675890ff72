"""Sends an answer a byte at a time, to keep the trusted side waiting for ever.

classes: [TestTanh]
seconds: 1
"""

import time

from honest import *
from peer import send_bytes


def create_value(data):
    """Send some bytes now and then, if the number is a large one."""
    if data > 100:
        send_bytes(b"\x00\x00\x10\x00\x00\x00\x00\x00")
        for _ in range(200):
            send_bytes(b" ")
            time.sleep(0.05)
    return make_wrong()
