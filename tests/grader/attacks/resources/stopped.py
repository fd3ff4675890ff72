"""Stops its own process, which then neither runs nor ends.

classes: [TestTanh]
seconds: 1
"""

import os
import signal

from honest import *


def create_value(data):
    """Stop, if the number is a large one."""
    if data > 100:
        os.kill(os.getpid(), signal.SIGSTOP)
    return make_wrong()
