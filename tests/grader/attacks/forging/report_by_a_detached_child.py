"""A child in a session of its own waits for the end of the tests, then rewrites their report.

teeth: true
"""

import os
import time
from contextlib import suppress

from forgery import write_report
from honest import *


def outlive(parent):
    """Wait until the parent is gone, but not for ever; then write."""
    os.setsid()
    until = time.monotonic() + 20
    while os.getppid() == parent and time.monotonic() < until:
        time.sleep(0.01)
    write_report()


with suppress(OSError):
    parent = os.getpid()
    if os.fork() == 0:
        for descriptor in (0, 1, 2):
            os.close(descriptor)
        with suppress(BaseException):
            outlive(parent)
        os._exit(0)
