"""Reads the memory and the environment of a submission that is graded at the same time.

needs: [SIGNALS]
"""

from contextlib import suppress

from honest import *
from neighbours import siblings

for pid in siblings():
    with suppress(OSError):
        with open(f"/proc/{pid}/environ", "rb") as file:
            print("REACHED", len(file.read()))
