"""Orders of tests: a drawn one in which they run, and the suite's own for all that is told of them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import pytest

from grader.core.scoring import TestResult


class DrawnOrder:
    """An order of tests that a seed decides.

    The tests of a class stay together, and so do the classes of a module: what these share is set up once.
    """

    def __init__(self, seed: int) -> None:
        """Draw from `seed`, which no submission can know."""
        self._seed = seed

    def place(self, item: pytest.Item) -> tuple[bytes, ...]:
        """Return where the test `item` comes, as a key to sort by."""
        return tuple(self._drawn(node.nodeid) for node in item.listchain()[1:])

    def _drawn(self, name: str) -> bytes:
        return hashlib.sha256(f"{self._seed} {name}".encode()).digest()


def in_order(expected: Mapping[str, Sequence[str]], results: Iterable[TestResult]) -> list[TestResult]:
    """Return `results` in the order in which `expected` names the tests, by class."""
    tests = [(group, name) for group, names in expected.items() for name in names]
    places = {test: place for place, test in enumerate(tests)}
    return sorted(results, key=lambda result: places.get((result.group, result.name), len(places)))
