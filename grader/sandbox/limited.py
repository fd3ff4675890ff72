"""Runs a module under resource limits: with the arguments MEMORY MODULE ARGUMENTS...

This is the first code in a student process. It imports only the standard library and modules of the grader.
"""

import ctypes
import runpy
import signal
import sys

from grader.sandbox.process_limits import limit_tasks, set_limits

DESCRIPTORS = 256
FILE_BYTES = 16 << 20
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Set the limits, then become the module that the arguments name."""
    memory, module = int(sys.argv[1]), sys.argv[2]
    set_limits(memory, DESCRIPTORS, FILE_BYTES)
    limit_tasks()
    die_with_parent()
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies; elsewhere the closed socket ends it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
