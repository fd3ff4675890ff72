"""The exit status of commands, and the one way to end with a message."""

import sys
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
