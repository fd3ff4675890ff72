"""Attaches to a process as a debugger does, and lets it go on at once."""

import ctypes
import os

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17


def trace(pid):
    """Return whether the process could be traced."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(SEIZE, pid, None, None):
        return False
    libc.ptrace(INTERRUPT, pid, None, None)
    os.waitpid(pid, 0)
    libc.ptrace(DETACH, pid, None, None)
    return True
