"""A call that a thread repeats while a block runs."""

import threading

import pytest

from grader.core.repeating import repeating

PATIENCE = 30  # seconds until a test gives up


def test_a_call_is_repeated_until_the_block_ends():
    """The call comes again and again while the block runs, and never after it."""
    calls, enough = [], threading.Event()

    def call():
        calls.append(threading.current_thread())
        if len(calls) == 3:
            enough.set()

    with repeating(call, 0.001):
        assert enough.wait(PATIENCE)

    assert threading.current_thread() not in calls
    assert not any(thread.is_alive() for thread in calls)


def test_the_block_does_not_wait_for_the_next_call():
    """A block that ends before the first call is due ends the thread at once."""
    calls = []
    before = threading.active_count()

    with repeating(lambda: calls.append(1), 3600):
        assert threading.active_count() == before + 1

    assert (calls, threading.active_count()) == ([], before)


def test_an_error_of_the_block_ends_the_calls():
    """The error of the block is raised, and no thread goes on."""
    before = threading.active_count()

    with pytest.raises(LookupError), repeating(list, 0.001):
        raise LookupError

    assert threading.active_count() == before
