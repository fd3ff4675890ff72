"""Looks in the folders for temporary files for files of other submissions.

needs: [FILES]
"""

import os
import posix
from contextlib import suppress

from honest import *

runs = os.path.dirname(os.path.dirname(os.environ.get("HOME", "/")))
for folder in (runs, "/tmp"):
    with suppress(OSError):
        others = [name for name in posix.listdir(folder) if name.startswith("grader-run-")]
        if len(others) > 1:
            print("REACHED", others)
