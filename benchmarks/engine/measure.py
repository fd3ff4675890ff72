"""How two ways to do one thing are compared: in turns, so that a busy machine slows both alike."""

import importlib.util
import statistics
import time


def is_there(package):
    """Tell whether a peer can be imported: it was installed, or a checkout of it lies on PYTHONPATH."""
    return importlib.util.find_spec(package) is not None


def ratio(ours, theirs, rounds):
    """Return the median of seconds of `ours` to seconds of `theirs`, each run once in every round."""
    for _ in range(3):
        ours()
        theirs()
    return statistics.median(seconds(ours) / seconds(theirs) for _ in range(rounds))


def seconds(work):
    """Return the wall time of one run."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
