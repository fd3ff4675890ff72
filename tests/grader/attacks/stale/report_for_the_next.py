"""Leaves a forged report where the next run might look for its own.
"""

from contextlib import suppress

from forgery import write_report
from honest import *

with suppress(OSError):
    write_report()
