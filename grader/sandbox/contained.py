"""The first process in a container, started as `main(serve, SETTINGS)`.

It starts the process that serves one submission and forwards the requests from standard input. On standard
error it reports the time that the submission has used (envelope.py). The submission answers on standard
output itself. Process 1 waits for the end of the submission, or of standard input. The engine closes standard
input when the worker is gone, also after `kill -9`. Then process 1 ends, and the kernel ends every process in
the container.

The submission cannot stop process 1: no signal from inside its PID namespace ends it, and no process can
trace it or reach its memory. It imports only the standard library and numpy.
"""

import contextlib
import json
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

from grader.sandbox.jail import Jail
from grader.sandbox.jail.kernel import PR_SET_DUMPABLE, control_process
from grader.sandbox.jail.privileges import DESCRIPTORS, FILE_BYTES
from grader.sandbox.process_limits import limit_tasks, set_limits
from grader.sandbox.relay import Relay
from grader.sandbox.usage import Meter
from grader.sandbox.zygote import warm_up

READY = b"."  # the only byte on standard output outside of a frame
SIGNALLED = 128  # an exit status above this says which signal ended the submission's process, as in a shell

Serve = Callable[[int, int], NoReturn]
Confine = Callable[[], None]


def main(serve: Serve, settings: str) -> NoReturn:
    """Serve one submission in a child; `settings` are JSON: {memory (bytes), folders, jailed}."""
    stated = json.loads(settings)
    warm_up()
    confine = _jail(stated["memory"], stated["folders"]) if stated["jailed"] else _limits(stated["memory"])
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # process 1 would obey Python's own handler
    control_process(PR_SET_DUMPABLE, 0)  # for the child as well
    reading, feeding = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(feeding)
        become_student(serve, confine, reading)
    os.close(reading)
    threading.Thread(target=end_with_input, daemon=True).start()
    threading.Thread(target=relay, args=(child, feeding), daemon=True).start()
    os._exit(reap(child))


def become_student(serve: Serve, confine: Confine, reading: int) -> NoReturn:
    """Move the channel to descriptors of its own, confine this process, say so, and serve."""
    writing = os.dup(sys.stdout.fileno())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    confine()
    os.write(writing, READY)
    serve(reading, writing)


def end_with_input() -> None:
    """End all processes when nobody holds the other end of standard input any more."""
    try:
        hang_up = select.poll()
        hang_up.register(sys.stdin.fileno(), 0)  # wait for the end of input only
        hang_up.poll()
    finally:
        os._exit(SIGNALLED + signal.SIGKILL)


def relay(child: int, feeding: int) -> None:
    """Forward input to the submission until its process, or the input, has ended."""
    with contextlib.suppress(BrokenPipeError, EOFError):
        Relay(Meter(child), feeding).serve()


def reap(child: int) -> int:
    """Wait for processes to end, up to `child`; return the exit status of `child`."""
    while True:
        process, status = os.wait()
        if process == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else SIGNALLED - code


def _jail(memory: int, folders: list[str]) -> Confine:
    jail, parent = Jail(memory, folders), os.getpid()
    return lambda: jail.enter(parent)


def _limits(memory: int) -> Confine:
    def confine() -> None:
        set_limits(memory, DESCRIPTORS, FILE_BYTES)
        limit_tasks()

    return confine
