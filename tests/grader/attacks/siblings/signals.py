"""Sends a submission that is graded at the same time a signal (one that does no harm).

needs: [SIGNALS]
"""

import os
import signal
from contextlib import suppress

from honest import *
from neighbours import siblings

for pid in siblings():
    with suppress(OSError):
        os.kill(pid, signal.SIGURG)
        print("REACHED", pid)
