"""Writes files into its own folder and the one for temporary files.

needs: [WRITES]
"""

import os
from contextlib import suppress

from canary import NAME
from honest import *

for folder in (".", "/tmp", "/dev/shm", "/var/tmp"):
    with suppress(OSError):
        path = os.path.join(folder, NAME)
        with open(path, "wb") as file:
            file.write(bytes(1 << 20))
        print("REACHED", folder)
        os.remove(path)
