"""Starts a hundred processes that stay for a while.

needs: [PROCESSES]
"""

import os
import time

from honest import *

try:
    for _ in range(100):
        if os.fork() == 0:
            time.sleep(1)
            os._exit(0)
    print("REACHED a hundred processes")
except OSError:
    pass
