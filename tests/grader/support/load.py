"""Load on this machine: loops that keep its processors busy."""

import os
import subprocess
import sys
from contextlib import contextmanager

LOOP = """
import sys
from grader.sandbox.limited import die_with_parent
die_with_parent()
sys.stdout.write('.')
sys.stdout.flush()
while True: pass
"""


@contextmanager
def busy_loops(number):
    """Keep that many loops running; each has a session of its own, so that each gets a share of its own.

    The scheduler puts the processes of one session into one group and shares the processors among groups.
    """
    loops = [
        subprocess.Popen([sys.executable, "-c", LOOP], stdout=subprocess.PIPE, start_new_session=True)
        for _ in range(number)
    ]
    try:
        for loop in loops:
            os.read(loop.stdout.fileno(), 1)
        yield
    finally:
        for loop in loops:
            loop.kill()
        for loop in loops:
            loop.communicate()
