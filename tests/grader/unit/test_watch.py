"""Who lives: decided by growing counts and the clock of the host that looks, never by a wall clock."""

import pytest

from grader.store.queue import watch
from grader.store.queue.watch import DEAD_AFTER_SECONDS, Watch


@pytest.fixture
def clock(monkeypatch):
    """Return a list whose only item is the time of this host's steady clock."""
    moment = [100.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: moment[0])
    return moment


def looks(clock, seen, beats_of, seconds):
    """Look every five seconds for so long; return who is dead at the end."""
    dead = set()
    for number in range(seconds // 5):
        clock[0] += 5
        dead = seen.dead(beats_of(number))
    return dead


def test_a_count_that_grows_shows_life(clock):
    """A worker that beats lives, one that stopped is dead after the limit and not before."""
    seen = Watch()

    assert looks(clock, seen, lambda number: {"alive": number, "stopped": 7}, DEAD_AFTER_SECONDS) == set()
    assert looks(clock, seen, lambda number: {"alive": -number, "stopped": 7}, 10) == {"stopped"}


def test_a_look_after_a_pause_decides_nothing(clock):
    """When this process or the database stood still, no worker is dead by that; a dead one is found later."""
    seen = Watch()
    looks(clock, seen, lambda _: {"worker": 7}, 15)

    clock[0] += 3_600
    after = seen.dead({"worker": 7})
    later = looks(clock, seen, lambda _: {"worker": 7}, DEAD_AFTER_SECONDS + 5)

    assert (after, later) == (set(), {"worker"})
