"""Helpers of the cases on Values: fresh Values, drawn numbers, a look at a gradient."""

from tests import adapters
from tests.cases.checks import assert_close
from tests.cases.reading import value_grad


def values(*numbers):
    """Return one fresh Value per number."""
    return [adapters.create_value(number) for number in numbers]


def signed(rng, count, low=2.0, high=9.0):
    """Return `count` drawn floats of either sign, each at least `low` and at most `high` away from 0."""
    return (rng.uniform(low, high, count) * rng.choice([-1, 1], count)).tolist()


def whole(rng, low=2, high=10):
    """Return a drawn int from `low` up to, but without, `high`."""
    return int(rng.integers(low, high))


def assert_gradient(value, expected, **tolerance):
    """Fail unless the gradient of `value` is `expected`."""
    assert_close(value_grad(value), expected, **tolerance)
