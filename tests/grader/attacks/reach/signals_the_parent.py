"""Sends the process that started it a signal (one that does no harm).

needs: [SIGNALS]
"""

import os
import signal
from contextlib import suppress

from honest import *

with suppress(OSError):
    if os.getppid() > 1:
        os.kill(os.getppid(), signal.SIGURG)
        print("REACHED")
