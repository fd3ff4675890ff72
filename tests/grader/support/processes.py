"""Processes of this machine, as tests look at them: who runs, and who descends from whom."""

import time
from pathlib import Path


def is_running(pid):
    """Tell whether a process runs; one that has ended and was not waited for does not."""
    try:
        return _fields(pid)[0] not in "ZX"
    except OSError:
        return False


def are_over(pids, seconds=20.0):
    """Wait for processes to end; tell whether all have."""
    end = time.monotonic() + seconds
    while any(map(is_running, pids)) and time.monotonic() < end:
        time.sleep(0.01)
    return not any(map(is_running, pids))


def descendants(pid):
    """Return the processes that `pid` started, those that they started, and so on."""
    children = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            children.setdefault(int(_fields(folder.name)[1]), []).append(int(folder.name))
        except OSError:  # it has ended meanwhile
            continue
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def parent(pid):
    """Return the process that started `pid`. Raises OSError when there is no such process."""
    return int(_fields(pid)[1])


def _fields(pid):
    """Return the state, the parent and so on of a process. Raises OSError when there is none."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
