"""Large graphs in few requests: one adapter called many times, here or in the submission's own process."""

from functools import reduce

from tests.cases.checks import Mismatch, kind


def each(adapter, calls):
    """Return the results of `adapter(*arguments)` for all `calls`, as a list."""
    if not hasattr(adapter, "each"):
        return [adapter(*arguments) for arguments in calls]
    results = adapter.each(calls)
    if type(results) is not list or len(results) != len(calls):
        raise Mismatch("the results are incomplete", expected=f"a list of {len(calls)}", actual=kind(results))
    return results


def fold(adapter, items):
    """Return `items` combined from left to right by `adapter`, which takes two of them."""
    return adapter.fold(items) if hasattr(adapter, "fold") else reduce(adapter, items)
