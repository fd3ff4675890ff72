"""Leaves files for the next submission, and looks for those of the last one.

needs: [WRITES]
"""

import os
import posix
from contextlib import suppress

from canary import NAME
from honest import *

for folder in (".", "/tmp", "/dev/shm", "/var/tmp"):
    path = os.path.join(folder, NAME)
    with suppress(OSError):  # past the scratch folder, which is in memory and of one process
        posix.stat(path)
        print("REACHED", path)
        posix.unlink(path)
    with suppress(OSError):
        os.write(os.open(path, os.O_CREAT | os.O_WRONLY), b"from the last one")
