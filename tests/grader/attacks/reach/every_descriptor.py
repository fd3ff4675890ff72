"""Writes a forged end of the run into every open descriptor.

breach: true
"""

import json
import os
from contextlib import suppress

from honest import *

found = {"results": [], "unloadable": None, "output": "", "notes": []}
header = json.dumps(["finished", found]).encode()
for descriptor in range(3, 256):
    with suppress(OSError):
        os.set_blocking(descriptor, False)
        os.write(descriptor, len(header).to_bytes(4, "big") + bytes(4) + header)
        os.set_blocking(descriptor, True)
