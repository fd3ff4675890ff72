"""Finds other submissions' processes, among those that the test which started us has started."""

import os

from canary import TEST_PROCESS


def parent(pid):
    """Return the parent of a process, or 0."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def ancestors(pid):
    """Return a process and all that it descends from."""
    line = [pid]
    while line[-1] > 1:
        line.append(parent(line[-1]))
    return line


def siblings():
    """Return the other descendants of the test's process; none where they cannot be seen."""
    ours = ancestors(os.getpid())
    try:
        everyone = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
    return [pid for pid in everyone if pid not in ours and TEST_PROCESS in ancestors(pid)[1:]]
