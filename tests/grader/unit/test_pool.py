"""Things kept ready: made in advance, given out once, discarded at the end."""

import itertools
import threading

import pytest

from grader.sandbox.docker.pool import Pool, PoolClosed


class Workshop:
    """Makes numbers, one each time it is allowed to, and remembers which were discarded."""

    def __init__(self):
        """Allow nothing yet."""
        self.made = threading.Semaphore(0)
        self.discarded = []
        self._allowed = threading.Semaphore(0)
        self._numbers = itertools.count(1)

    def allow(self, number=1):
        """Let so many things be made."""
        self._allowed.release(number)

    def make(self):
        """Return the next number; 13 cannot be made."""
        self._allowed.acquire()
        number = next(self._numbers)
        self.made.release()
        if number == 13:
            raise RuntimeError("no such number")
        return number


@pytest.fixture
def workshop():
    """Return a workshop that makes nothing yet."""
    return Workshop()


@pytest.fixture
def pool(workshop):
    """Return a pool of two."""
    pool = Pool(workshop.make, workshop.discarded.append, 2)
    yield pool
    workshop.allow(100)
    pool.close()


def test_a_taken_thing_is_replaced(workshop, pool):
    """Things are given out in the order of their making, and new ones take their places."""
    workshop.allow(4)

    taken = [pool.take(), pool.take()]

    assert taken == [1, 2]
    for _ in range(4):
        assert workshop.made.acquire(timeout=10)


def test_no_more_is_made_than_is_kept(workshop, pool):
    """A full pool makes nothing."""
    workshop.allow(100)
    for _ in range(2):
        assert workshop.made.acquire(timeout=10)

    pool.close()

    assert workshop.discarded == [1, 2]
    assert not workshop.made.acquire(blocking=False)


def test_a_pool_of_nothing_makes_what_is_asked_for(workshop):
    """With size 0 a thing is made when somebody waits for it."""
    workshop.allow(100)
    pool = Pool(workshop.make, workshop.discarded.append, 0)

    assert [pool.take(), pool.take()] == [1, 2]

    pool.close()
    assert workshop.discarded == []


def test_an_error_is_raised_where_a_thing_is_asked_for(workshop):
    """Who waits gets the error, and who asks again gets another try."""
    workshop.allow(100)
    pool = Pool(workshop.make, workshop.discarded.append, 0)
    assert [pool.take() for _ in range(12)] == list(range(1, 13))

    with pytest.raises(RuntimeError, match="no such number"):
        pool.take()

    assert pool.take() == 14
    pool.close()


def test_a_closed_pool_gives_nothing(workshop, pool):
    """A request after the end is an error, not an endless wait."""
    workshop.allow(100)
    pool.close()

    with pytest.raises(PoolClosed):
        pool.take()
