"""Writes files into its own folder and the one for temporary files.

needs: [WRITES]
"""

import os
import posix
from contextlib import suppress

from canary import NAME
from honest import *

for folder in (".", "/tmp", "/dev/shm", "/var/tmp"):
    with suppress(OSError):
        path = os.path.join(folder, NAME)
        file = os.open(path, os.O_CREAT | os.O_WRONLY)  # past the scratch folder, which is in memory
        os.write(file, bytes(1 << 20))
        print("REACHED", folder)
        posix.unlink(path)
