"""Uploads that come to nothing: who causes much work waits, one mistake hurts nobody."""

import pytest

from grader.usecases.costs import BYTES_A_SECOND, FREE_SECONDS, Costs
from grader.usecases.use_case_error import RateLimitError

MIB = 1 << 20


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self):
        """Return the time."""
        return self.now


@pytest.fixture
def clock():
    """Return a clock."""
    return Clock()


@pytest.fixture
def costs(clock):
    """Return debts by that clock."""
    return Costs(clock=clock)


def upload(costs, seconds, size=32 * MIB, who=1):
    """Send an upload that spends no attempt and takes `seconds` to check; return whether it was checked."""
    advance = size / BYTES_A_SECOND
    try:
        costs.begin(who, advance)
    except RateLimitError:
        return False
    costs.settle(who, advance, advance + seconds)
    return True


def test_a_thousand_small_mistakes_are_free(costs):
    """A student who sends the wrong folder again and again gets the reason each time."""
    assert all(upload(costs, 0.002, size=50_000) for _ in range(1000))


def test_who_causes_much_work_is_slowed_down(costs, clock):
    """A stream of the most expensive uploads costs us, in the long run, a thirtieth of the time."""
    looked_at = 0
    for _ in range(36_000):
        looked_at += upload(costs, 0.3)
        clock.now += 0.1

    assert (looked_at - 1) * 0.94 <= FREE_SECONDS + 3600 / 30


def test_many_at_once_count(costs):
    """Uploads that are still being received are charged in advance."""
    advance = 32 * MIB / BYTES_A_SECOND
    for _ in range(int(FREE_SECONDS / advance) + 1):
        costs.begin(1, advance)

    assert not upload(costs, 0.0)


def test_an_accepted_upload_costs_nothing(costs):
    """An upload that becomes a submission costs nothing here: attempts limit those."""
    for _ in range(1000):
        costs.begin(1, 0.6)
        costs.settle(1, 0.6, 0.0)


def test_nobody_pays_for_another(costs):
    """The debt is a person's own."""
    while upload(costs, 1.0):
        pass

    assert upload(costs, 1.0, who=2)


def test_the_wait_that_is_told_is_enough(costs, clock):
    """After the seconds of Retry-After the next upload is looked at."""
    while upload(costs, 1.0):
        pass
    with pytest.raises(RateLimitError) as refused:
        costs.begin(1, 0.0)

    clock.now += refused.value.retry_seconds

    assert upload(costs, 0.0)
