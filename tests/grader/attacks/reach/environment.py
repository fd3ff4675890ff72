"""Looks for a secret in its own environment and in those of the processes above.

needs: [FILES]
"""

import os
from contextlib import suppress

from canary import VARIABLE
from honest import *
from neighbours import ancestors

if VARIABLE in os.environ:
    print("REACHED its own")
for pid in ancestors(os.getpid())[1:4]:
    with suppress(OSError):
        with open(f"/proc/{pid}/environ", "rb") as file:
            if VARIABLE.encode() in file.read():
                print("REACHED that of", pid)
