"""Attaches to the process that started it, as a debugger does.

needs: [SIGNALS]
"""

import os

from honest import *
from tracing import trace

if os.getppid() > 1 and trace(os.getppid()):
    print("REACHED")
