"""Attaches to a submission that is graded at the same time, as a debugger does.

needs: [SIGNALS]
"""

from contextlib import suppress

from honest import *
from neighbours import siblings
from tracing import trace

for pid in siblings():
    with suppress(OSError):
        if trace(pid):
            print("REACHED", pid)
