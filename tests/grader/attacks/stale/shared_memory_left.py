"""Leaves a segment of shared memory, which belongs to no process, for the next submission.

needs: [WRITES]
"""

import ctypes

from canary import NUMBER as KEY
from honest import *

CREATE, REMOVE = 0o1000 | 0o600, 0
libc = ctypes.CDLL(None)
segment = libc.shmget(KEY, 4096, 0)
if segment == -1:
    libc.shmget(KEY, 4096, CREATE)
else:
    print("REACHED", segment)
    libc.shmctl(segment, REMOVE, None)
