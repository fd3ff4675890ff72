"""Leaves files for the next submission, and looks for what the last one left.

needs: [WRITES]
"""

import os
from contextlib import suppress

from canary import NAME
from honest import *

for folder in (".", "/tmp", "/dev/shm", "/var/tmp"):
    path = os.path.join(folder, NAME)
    if os.path.exists(path):
        print("REACHED", path)
        os.remove(path)
    else:
        with suppress(OSError):
            with open(path, "w") as file:
                file.write("from the last one")
