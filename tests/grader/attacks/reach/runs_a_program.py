"""Runs another program.

needs: [PROCESSES]
"""

import subprocess
from contextlib import suppress

from honest import *

with suppress(OSError):
    print("REACHED", subprocess.run(["/bin/echo", "hello"], capture_output=True, timeout=5).stdout)
