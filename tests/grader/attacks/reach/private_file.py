"""Reads a private file of the grader's user, and the list of users.

needs: [FILES]
"""

from contextlib import suppress

from canary import FILE
from honest import *

for path in ("/etc/passwd", FILE):
    with suppress(OSError):
        with open(path) as file:
            print("REACHED" if path == FILE else "read", file.readline())
