"""The privileges of a process: the user that it runs as, and its ties to other processes.

Runs in the submission's process before it is confined, so it imports only the standard library.
"""

import os
import signal
import struct
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox.jail.kernel import (
    PR_SET_DUMPABLE,
    PR_SET_KEEPCAPS,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    control_process,
    system_call,
)
from grader.sandbox.process_limits import limit_tasks

FIRST_USER = 2_000_000_000  # far above the users of any machine; each process gets one of its own
NOBODY = 65534
DESCRIPTORS = 64
FILE_BYTES = 0  # a process in the jail writes no file
THREADS = 64
CAPABILITIES_VERSION = 0x20080522
READ_AND_SEARCH = 1 << 2  # CAP_DAC_READ_SEARCH


def become_nobody(must_read: Iterable[str]) -> None:
    """Give up root, if this is root, for a user that no other process has; keep no capability.

    One exception: if the paths `must_read` lie below a folder that is closed to others, as an interpreter in
    root's home, the process keeps the right to read past that. Then Landlock alone limits reading.
    """
    if os.geteuid():
        limit_tasks()
        return
    closed = not all(map(_open_to_others, must_read))
    control_process(PR_SET_KEEPCAPS, closed)
    os.setgroups([])
    try:
        _become(FIRST_USER + os.getpid())
        limit_tasks(THREADS)  # of a user that has no other process
    except OSError:  # in a user namespace that has only a few users
        _become(NOBODY)
        limit_tasks()
    rights = READ_AND_SEARCH if closed else 0
    data = struct.pack("=6I", rights, rights, 0, 0, 0, 0)
    system_call("capset", struct.pack("=Ii", CAPABILITIES_VERSION, 0), data)


def cut_ties(parent: int) -> None:
    """Be out of reach of other processes, end with `parent`, and never gain privileges. Raises OSError."""
    control_process(PR_SET_DUMPABLE, 0)
    control_process(PR_SET_PDEATHSIG, signal.SIGKILL)
    control_process(PR_SET_NO_NEW_PRIVS, 1)
    if os.getppid() != parent:  # it ended before this process asked for the signal
        os._exit(0)


def _become(user: int) -> None:
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _open_to_others(path: str) -> bool:
    """Tell whether the folders that lead to `path` let any user pass."""
    return all(folder.stat().st_mode & 0o001 for folder in Path(path).resolve().parents)
