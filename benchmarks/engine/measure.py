"""How several ways to do one thing are compared: in turns, so that a busy machine slows all of them alike."""

import importlib.util
import random
import statistics
import time

WARM_UP = 3


def is_there(package):
    """Tell whether a peer can be imported: it was installed, or a checkout of it lies on PYTHONPATH."""
    return importlib.util.find_spec(package) is not None


def ratios(ways, rounds, at_a_time=1, between=lambda: None):
    """Return for each of `ways` the median of the first one's seconds to its own.

    In every round each has its turn, in a newly drawn order, and runs `at_a_time` times in a row;
    `between` is called before each, and not measured.
    """
    for way in ways.values():
        seconds(way, WARM_UP)
    order, rows = random.Random(0), []  # noqa: S311 - an order, no secret
    for _ in range(rounds):
        row = {}
        for name in order.sample(list(ways), len(ways)):
            between()
            row[name] = seconds(ways[name], at_a_time)
        rows.append(row)
    first = next(iter(ways))
    return {name: statistics.median(row[first] / row[name] for row in rows) for name in ways}


def seconds(work, times=1):
    """Return the wall time of running `work` so many times."""
    started = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - started
