"""A processor for each job: both ends of a boundary take turns, so one processor is faster than two.

A request that wakes an idle processor takes about three times as long as one that stays on a busy processor.
"""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")  # the same in all containers of a host
OPEN_TO_ALL = 0o666


class Processors:
    """The processors of this host, each for one job at a time among all graders that share `folder`.

    A lock on a file stands for a processor. The kernel releases it when this process ends, even by `kill -9`.
    """

    def __init__(self, folder: Path) -> None:
        """Share them through the files of `folder`, which is made when it is needed."""
        self._folder = folder

    @contextmanager
    def one(self) -> Iterator[int | None]:
        """Give the number of a free processor, or None: then the kernel places the job."""
        with contextlib.ExitStack() as held:
            yield self._first_free(held)

    def _first_free(self, held: contextlib.ExitStack) -> int | None:
        with contextlib.suppress(OSError):  # such as a folder without rights: all works as well without
            self._folder.mkdir(parents=True, exist_ok=True)
            for number in usable():
                lock = os.open(self._folder / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OPEN_TO_ALL)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(lock)
                else:
                    held.callback(os.close, lock)
                    return number
        return None


def usable() -> list[int]:
    """Return the numbers of the processors that this process may use; none where they are unknown."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def keep(process: int, processor: int | None) -> None:
    """Let `process` run on `processor` only, if there is one; a process that has ended is no error."""
    if processor is not None:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(process, {processor})


def of_this_host() -> Processors:
    """Return the processors that this user's graders share."""
    return Processors(shared_folder("processors"))


def shared_folder(name: str) -> Path:
    """Return the folder of that name that this user's graders on this host share, across containers too."""
    try:
        host = BOOT.read_text(encoding="ascii").strip()
    except OSError:
        host = socket.gethostname()
    import platformdirs  # noqa: PLC0415 - a suite's process imports this module and needs no folder

    return platformdirs.user_cache_path("grader") / name / host
