"""A pool: a background thread makes things in advance that take long to make."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PoolClosed(Exception):  # noqa: N818 - an event
    """The pool was closed."""


class Pool(Generic[T]):
    """A number of things made by `make`, each given out once.

    One thread makes them, one after another. `take` raises an error of that thread, which then makes nothing
    until the next `take`. So the pool does not keep asking an engine that is down.
    """

    def __init__(self, make: Callable[[], T], discard: Callable[[T], None], size: int) -> None:
        """Keep `size` things ready; none is made in advance if that is 0."""
        self._make = make
        self._discard = discard
        self._size = size
        self._ready: deque[T] = deque()
        self._failed: Exception | None = None
        self._waiting = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._fill, name="pool", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> int:
        """How many things wait to be taken."""
        return len(self._ready)

    def take(self) -> T:
        """Return a thing; wait if none is ready. Raises the error of `make`, or PoolClosed."""
        with self._changed:
            self._failed = None  # it is tried once more
            self._waiting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._ready or self._failed or self._closed)
            self._waiting -= 1
            if not self._ready:
                raise self._failed or PoolClosed("the pool was closed")
            return self._ready.popleft()

    def close(self) -> None:
        """Discard all that is ready, and make nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()
        while self._ready:
            self._discard(self._ready.popleft())

    def _fill(self) -> None:
        """Make things as long as some are wanted, until the pool is closed."""
        while self._wait():
            try:
                made = self._make()
            except Exception as failed:  # noqa: BLE001 - `take` raises it again
                with self._changed:
                    self._failed = failed
                    self._changed.notify_all()
            else:
                with self._changed:
                    self._ready.append(made)
                    self._changed.notify_all()

    def _wait(self) -> bool:
        """Wait until a thing is wanted; return False when the pool is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._is_wanted())
            return not self._closed

    def _is_wanted(self) -> bool:
        return self._failed is None and len(self._ready) < self._size + self._waiting
