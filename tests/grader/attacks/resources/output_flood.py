"""Prints four megabytes, a part of them to the error output, some without an end of line.
"""

import sys

from honest import *

print("x" * (2 << 20))
sys.stderr.write("y" * (2 << 20))
