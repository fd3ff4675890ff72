"""Runs a module under resource limits: with the arguments MEMORY MODULE ARGUMENTS...

This is the first code in a student process. It imports only the standard library and our own.
"""

import contextlib
import ctypes
import resource
import runpy
import signal
import sys

from grader.sandbox.tasks import limit_tasks

DESCRIPTORS = 256
FILE_BYTES = 16 << 20
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Set the limits, then become the module that the arguments name."""
    memory, module = int(sys.argv[1]), sys.argv[2]
    set_limits(memory)
    limit_tasks()
    die_with_parent()
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def set_limits(memory: int) -> None:
    """Bound address space, descriptors and file size for good, and switch core dumps off."""
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError):  # a stricter limit is in force, or macOS does not know this one
            resource.setrlimit(limit, (value, value))


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies; elsewhere the closed socket ends it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
