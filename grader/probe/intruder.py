"""The probe's own submission: tries to break the guarantees of a runner, and returns the results.

The probe hands it in as tests/adapters.py; the grader never imports it. Each function returns None if it
broke the guarantee, else the error that stopped it, as text.
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn


def connect(port: int) -> str | None:
    """Connect to a port of this machine."""
    return _attempt(lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close())


def read(path: str) -> str | None:
    """Read a file that every user may read."""
    return _attempt(lambda: Path(path).read_bytes())


def write(folder: str) -> str | None:
    """Make a file in a folder in which every user may, past the scratch folder that is in memory."""
    return _attempt(lambda: os.close(os.open(f"{folder}/written", os.O_CREAT | os.O_WRONLY, 0o600)))


def fork() -> str | None:
    """Start a process."""

    def start() -> None:
        if not os.fork():
            os._exit(0)

    return _attempt(start)


def signal(pid: int) -> str | None:
    """Send a process the signal that does nothing."""
    return _attempt(lambda: os.kill(pid, 0))


def allocate(size: int) -> str | None:
    """Take that many bytes of memory."""
    return _attempt(lambda: bytearray(size))


def spin() -> NoReturn:
    """Never return."""
    while True:
        pass


def _attempt(act: Callable[[], object]) -> str | None:
    try:
        act()
    except BaseException as stopped:  # noqa: BLE001 - any error stopped the act
        return f"{type(stopped).__name__}: {stopped}"
    return None
