"""Sleeps for an hour, with every signal ignored that can be.

classes: [TestTanh]
seconds: 1
"""

import signal
import time
from contextlib import suppress

from honest import *

for number in signal.valid_signals():
    with suppress(OSError, ValueError):
        signal.signal(number, signal.SIG_IGN)


def create_value(data):
    """Sleep on, if the number is a large one."""
    if data > 100:
        time.sleep(3600)
    return make_wrong()
