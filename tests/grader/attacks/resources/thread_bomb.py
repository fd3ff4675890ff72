"""Starts five hundred threads.
"""

import threading
import time
from contextlib import suppress

from honest import *

with suppress(RuntimeError):
    for _ in range(500):
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
