"""The order in which tests run: a seed draws it."""

import functools
import hashlib
from collections import deque
from collections.abc import Sequence

import pytest


class DrawnOrder:
    """An order of tests that a seed decides.

    The tests of a class stay together, and so do the classes of a module: pytest sets up their shared
    fixtures once.
    """

    def __init__(self, seed: int) -> None:
        """Draw from `seed`, which is secret from submissions."""
        self._seed = seed
        self._drawn = functools.cache(self._draw)  # a class and a module have many tests

    def place(self, item: pytest.Item) -> tuple[bytes, ...]:
        """Return where the test `item` comes, as a key to sort by."""
        return tuple(self._drawn(node.nodeid) for node in item.listchain()[1:])

    def _draw(self, name: str) -> bytes:
        return hashlib.sha256(f"{self._seed} {name}".encode()).digest()


class Schedule:
    """The tests of one stage in the order in which they run: a drawn one, after a timeout the suite's own.

    After `limit` timeouts the rest of a stage does not run. Which tests are the rest must not depend on the
    draw: they are those that the suite names behind the last of the first `limit` tests that time out.
    """

    def __init__(self, items: Sequence[pytest.Item], order: DrawnOrder, limit: int) -> None:
        """Schedule `items`, which come in the suite's order."""
        self._places = {item: place for place, item in enumerate(items)}
        self._waiting = deque(sorted(items, key=order.place))
        self._timeouts: list[int] = []  # the places of tests that timed out
        self._limit = limit
        self._is_given_up = False

    @property
    def waiting(self) -> Sequence[pytest.Item]:
        """The tests that are not yet taken, in the order in which they run."""
        return self._waiting

    def take(self) -> pytest.Item | None:
        """Return the next test, which is being run from now on, or None."""
        return self._waiting.popleft() if self._waiting else None

    def note_timeout(self, item: pytest.Item) -> None:
        """Record a timeout; the remaining tests follow in the suite's order."""
        self._timeouts.append(self._places[item])
        self._waiting = deque(sorted(self._waiting, key=self._places.__getitem__))

    def give_up(self) -> None:
        """Let no test of this stage run."""
        self._is_given_up = True

    @property
    def is_hopeless(self) -> bool:
        """Whether so many tests timed out that the rest does not run."""
        return self._is_given_up or len(self._timeouts) >= self._limit

    def leaves_out(self, item: pytest.Item) -> bool:
        """Tell whether a test belongs to the rest, by the timeouts so far."""
        if self._is_given_up or not self.is_hopeless:
            return self._is_given_up
        return self._places[item] > sorted(self._timeouts)[self._limit - 1]
