"""The first process in a container: `python -m grader.sandbox.contained MEMORY MODULE`.

It starts the process that serves one submission on the container's standard input and output, by the
function `serve_pipes` of MODULE, and then only waits: for the end of that process, or of standard input,
which is closed when the worker that holds the other end is gone, however it went. Then it ends, and the
kernel ends with it every process in the container, spinning or detached.

The submission cannot stop it. It is process 1 of its PID namespace, which no signal from inside ends, and it
cannot be traced, nor its memory reached. It imports only the standard library.
"""

import ctypes
import importlib
import os
import select
import signal
import sys
import threading
from types import ModuleType
from typing import NoReturn

from grader.sandbox.limited import set_limits

READY = b"."  # the only byte on standard output that is no part of a frame
PR_SET_DUMPABLE = 4
SIGNALLED = 128  # an exit status above this says which signal ended the submission's process, as in a shell


def main() -> NoReturn:
    """Serve one submission in a child, and outlive neither it nor the worker."""
    memory, module = int(sys.argv[1]), importlib.import_module(sys.argv[2])
    importlib.import_module("numpy.random")  # it is only imported at its first use, which would be a test's
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's own handler is one that process 1 would obey
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)  # for the child as well
    child = os.fork()
    if child == 0:
        serve(module, memory)
    threading.Thread(target=end_with_input, daemon=True).start()
    os._exit(reap(child))


def serve(module: ModuleType, memory: int) -> NoReturn:
    """Move the channel to descriptors of its own, confine this process, say so, and serve."""
    reading, writing = os.dup(sys.stdin.fileno()), os.dup(sys.stdout.fileno())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    set_limits(memory)
    os.write(writing, READY)
    module.serve_pipes(reading, writing)
    raise AssertionError("serve_pipes does not return")


def end_with_input() -> None:
    """End this process when nobody holds the other end of standard input any more."""
    try:
        hang_up = select.poll()
        hang_up.register(sys.stdin.fileno(), 0)  # of what comes, only the end is heard of
        hang_up.poll()
    finally:
        os._exit(0)


def reap(child: int) -> int:
    """Wait for all processes that end, up to `child`; return the status that tells how that one ended."""
    while True:
        process, status = os.wait()
        if process == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else SIGNALLED - code


if __name__ == "__main__":
    main()
