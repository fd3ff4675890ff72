"""The watch over workers: a worker lives while its count of heartbeats grows.

The watch uses the monotonic clock of its own host: a wall clock that jumps makes no worker look dead. After a
long pause of this process or of the database a look decides nothing: workers could not renew their count.
"""

import threading
import time
from collections.abc import Hashable, Mapping
from typing import TypeVar

DEAD_AFTER_SECONDS = 20

Name = TypeVar("Name", bound=Hashable)


class Watch:
    """The heartbeats that one process saw. Any thread may look."""

    def __init__(self) -> None:
        """Begin without heartbeats."""
        self._lock = threading.Lock()
        self._seen: dict[Hashable, tuple[object, float]] = {}  # the last beat, and when it was first seen
        self._looked_at = time.monotonic()

    def dead(self, beats: Mapping[Name, object]) -> set[Name]:
        """Return the workers that showed the same beat for too long; `beats` has the last one of each."""
        with self._lock:
            moment = time.monotonic()
            known = {} if moment - self._looked_at > DEAD_AFTER_SECONDS / 2 else self._seen
            self._seen = {name: _first_seen(known.get(name), beat, moment) for name, beat in beats.items()}
            self._looked_at = moment
            return {name for name in beats if moment - self._seen[name][1] > DEAD_AFTER_SECONDS}


def _first_seen(known: tuple[object, float] | None, beat: object, moment: float) -> tuple[object, float]:
    return known if known is not None and known[0] == beat else (beat, moment)
