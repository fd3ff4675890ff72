"""The watch over workers: one lives while its count of heartbeats grows, by the clock of the host that looks.

No wall clock decides: a clock that jumps, here or at the database, makes no worker look dead. A look after a
long pause of this process or of the database decides nothing: the others could not show life either.
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
        """Have seen nothing yet."""
        self._lock = threading.Lock()
        self._seen: dict[Hashable, tuple[object, float]] = {}  # the last beat, and when it was first seen
        self._looked_at = time.monotonic()

    def dead(self, beats: Mapping[Name, object]) -> set[Name]:
        """Return who showed the same beat for too long; `beats` has the last one of each."""
        with self._lock:
            moment = time.monotonic()
            known = {} if moment - self._looked_at > DEAD_AFTER_SECONDS / 2 else self._seen
            self._seen = {name: _first_seen(known.get(name), beat, moment) for name, beat in beats.items()}
            self._looked_at = moment
            return {name for name in beats if moment - self._seen[name][1] > DEAD_AFTER_SECONDS}


def _first_seen(known: tuple[object, float] | None, beat: object, moment: float) -> tuple[object, float]:
    return known if known is not None and known[0] == beat else (beat, moment)
