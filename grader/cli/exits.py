"""The exit status of commands, and the one way to end with a message."""

import atexit
import os
import sys
import threading
from enum import IntEnum
from typing import NoReturn


class Exit(IntEnum):
    """The meaning of each exit status."""

    DONE = 0
    NOT_JUDGED = 1
    NOT_PROVED = 1  # a figure of the proof is not reached
    USAGE_ERROR = 2
    REFUSED = 3
    GRADER_FAILED = 4


def fail(message: str, status: Exit) -> NoReturn:
    """Say why on standard error and end."""
    print(message, file=sys.stderr)  # noqa: T201 - the command line's own voice
    sys.exit(status)


def leave(end: SystemExit) -> NoReturn:
    """End this process as `end` says, but at once: an interpreter takes long to take itself down.

    Exit handlers run first. Where other threads are at work, the interpreter waits for them as always.
    """
    at_work = [each for each in threading.enumerate() if not each.daemon]
    if len(at_work) > 1 or not isinstance(end.code, int):
        raise end
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no other name for it
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(end.code)
