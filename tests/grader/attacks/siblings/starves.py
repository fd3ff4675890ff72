"""Keeps several processes busy for two seconds, to starve a submission that is graded at the same time."""

import os
import time
from contextlib import suppress

from honest import *


def spin():
    """Do nothing, as fast as possible."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        pass


with suppress(OSError):
    for _ in range(4):
        if os.fork() == 0:
            spin()
            os._exit(0)
spin()
