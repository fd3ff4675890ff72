"""Slots: the number of submissions that a worker grades at a time; workers share a host's processors."""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

import structlog

from grader.store.queue import watch
from grader.suite.processors import OPEN_TO_ALL, shared_folder

QUOTA = Path("/sys/fs/cgroup/cpu.max")
OLD_QUOTA = Path("/sys/fs/cgroup/cpu")  # of the first version of cgroups

log = structlog.get_logger()


class Slots(Protocol):
    """A worker's share of its host. Any thread may ask."""

    def claim(self) -> int:
        """Return how many submissions the worker may grade at a time; 0 while others use all processors."""

    def close(self) -> None:
        """Leave the processors to other workers until the next claim."""


class StatedSlots:
    """A number of slots that the operator sets."""

    def __init__(self, number: int) -> None:
        """Have `number` slots."""
        self._number = number

    def claim(self) -> int:
        """Return that number."""
        return self._number

    def close(self) -> None:
        """Do nothing: no processor is locked."""


class SharedSlots:
    """A slot for each processor that no other worker of the service uses on this host.

    A lock on a file stands for a processor. The kernel takes it back when this process ends, even by
    `kill -9`; then another worker gets it with its next claim. A worker claims again and again, which renews
    its locks. A worker that hangs does not renew: another worker replaces the file, and the old lock counts
    no more.
    """

    def __init__(self, folder: Path, processors: Collection[int], most: int) -> None:
        """Share `processors`, by their numbers, through the files of `folder`; use at most `most` of them."""
        self._folder = folder
        self._processors = processors
        self._most = min(most, len(processors))
        self._locks: dict[int, int] = {}  # the open file of each processor
        self._claiming = threading.Lock()

    def claim(self) -> int:
        """Claim free processors, and return the number of processors that this worker has."""
        try:
            with self._claiming:
                self._claim()
                return len(self._locks)
        except OSError as error:
            log.warning("slots are not shared with other workers of this host", error=str(error))
            return self._most

    def close(self) -> None:
        """Release all processors."""
        with self._claiming:
            for processor in list(self._locks):
                os.close(self._locks.pop(processor))

    def _claim(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for processor, lock in list(self._locks.items()):
            if os.fstat(lock).st_nlink:
                _renew(lock)
            else:
                os.close(self._locks.pop(processor))
        for processor in sorted(set(self._processors) - self._locks.keys()):
            if len(self._locks) < self._most:
                self._lock(processor)

    def _lock(self, processor: int) -> None:
        path = self._folder / str(processor)
        lock = _open(path)
        if not _take(lock) and _is_stale(lock):
            path.unlink(missing_ok=True)
            os.close(lock)
            lock = _open(path)
        if _take(lock):
            _renew(lock)
            self._locks[processor] = lock
        else:
            os.close(lock)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OPEN_TO_ALL)


def _take(lock: int) -> bool:
    """Return whether this process has the lock, and take it if it is free."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _renew(lock: int) -> None:
    """Set the file's time by the monotonic clock, which all processes of a host share."""
    moment = time.monotonic_ns()
    os.utime(lock, ns=(moment, moment))


def _is_stale(lock: int) -> bool:
    return time.monotonic() - os.fstat(lock).st_mtime > watch.DEAD_AFTER_SECONDS


def slots_of(stated: int | None, database: str) -> Slots:
    """Return the `stated` slots, or those that all workers of the service with that database share."""
    if stated is not None:
        return StatedSlots(stated)
    service = hashlib.sha256(database.encode()).hexdigest()[:16]
    folder = shared_folder("slots") / service
    return SharedSlots(folder, _processors(), _quota())


def _processors() -> Collection[int]:
    """Return the numbers of the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return range(os.cpu_count() or 1)


def _quota() -> int:
    """Return how many processors the limits of this container allow, at least 1; by default all."""
    try:
        quota, period = QUOTA.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        try:
            quota, period = ((OLD_QUOTA / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        except OSError:
            return len(_processors())
    if quota == "max" or int(quota) < 0:
        return len(_processors())
    return max(1, int(quota) // int(period))
