"""The limits of a student process: memory, descriptors, files, and the tasks of its user.

Runs in the submission's process before any of its code, so it imports only the standard library.
"""

import contextlib
import os
import resource
from pathlib import Path

SPARE = 4096  # tasks beside those that are there: other containers' tasks count and are not seen here
PROCESSES = Path("/proc")


def set_limits(memory: int, descriptors: int, file_bytes: int) -> None:
    """Bound address space, descriptors and the size of files for good, and switch core dumps off."""
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, descriptors),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError):  # a stricter limit is in force, or macOS does not know this one
            resource.setrlimit(limit, (value, value))


def limit_tasks(number: int | None = None) -> None:
    """Limit the tasks (processes and threads) of this process's user to `number`, or to SPARE more than now.

    The kernel counts all tasks of the user, those of other programs too. So the default stops a fork bomb and
    nothing else. Where the tasks cannot be counted, the limit stays. Root has no limit.
    """
    try:
        most = number or _tasks_of(os.getuid()) + SPARE
    except OSError:
        return
    with contextlib.suppress(ValueError):  # a stricter limit is in force
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def _tasks_of(user: int) -> int:
    """Return how many tasks of `user` can be seen. Raises OSError where there is no /proc."""
    return sum(_tasks_in(folder, user) for folder in PROCESSES.iterdir() if folder.name.isdecimal())


def _tasks_in(process: Path, user: int) -> int:
    """Return the number of tasks of a process if it belongs to `user`, else 0."""
    try:
        lines = process.joinpath("status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:  # it has ended
        return 0
    status = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(status.get("Threads", "0")) if int(status["Uid"].split()[0]) == user else 0
