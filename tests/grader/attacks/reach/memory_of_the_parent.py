"""Opens the memory of the process that started it, to read and to write.

needs: [SIGNALS]
"""

import os
from contextlib import suppress

from honest import *

with suppress(OSError):
    os.close(os.open(f"/proc/{os.getppid()}/mem", os.O_RDWR))
    print("REACHED")
