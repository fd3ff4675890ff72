"""Callbacks from a real student process, and the limits on it."""

import gc

import pytest

from grader.boundary.errors import Died, Raised, TimedOut
from grader.boundary.remote_adapters import RemoteAdapters
from grader.sandbox.runner import MEBI, Allowance
from tests.grader.support.nodes import INTERFACE, NODES


def test_a_function_of_the_test_is_called_back(start):
    """An adapter may call a function that the test handed in, with proxies and numbers both ways."""
    channel = start(NODES + "\ndef apply(f, x):\n    return [f(Node(x)).data, f(Node(x + 1)).data]\n")
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    assert adapters.apply(lambda node: adapters.add(node, node.data), 3.0) == [6.0, 8.0]


def test_callbacks_may_be_nested(start):
    """A function that is called back may call an adapter that calls back."""
    channel = start("def apply(f, x):\n    return f(x) + 1\n")
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    assert adapters.apply(lambda x: adapters.apply(lambda y: 10 * y, x), 5) == 52


def test_an_error_within_a_callback_is_the_error_that_was_raised(start):
    """An error of the student's code under the test's function reaches the student's call unchanged."""
    source = (
        NODES
        + """
def fail(x):
    raise ValueError("from below")

def apply(f):
    try:
        return f(1.0)
    except ValueError as error:
        return f"caught {error}"
"""
    )
    channel = start(source)
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    assert adapters.apply(adapters.fail) == "caught from below"


def test_the_tests_own_error_in_a_callback_fails_the_test(start):
    """An error of the test's function ends the student's call and is raised in the test."""
    channel = start("def apply(f):\n    return f(1.0)\n")
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    with pytest.raises(ZeroDivisionError):
        adapters.apply(lambda x: x / 0)

    channel.flush()


def test_an_endless_loop_is_stopped_at_the_deadline(start):
    """A call that never returns is TimedOut."""
    channel = start("def f():\n    while True:\n        pass\n")
    channel.limit_time(0.3)

    with pytest.raises(TimedOut):
        channel.ask("call", "f", [], {})


@pytest.mark.parametrize(
    "end",
    ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.close(int(sys.argv[1]))"],
    ids=["exit", "kill", "close"],
)
def test_a_process_that_ends_has_died(start, end):
    """An exit, a signal and a closed connection are all Died."""
    channel = start(f"import os, sys\ndef f():\n    {end}\n")

    with pytest.raises(Died):
        channel.ask("call", "f", [], {})


@pytest.mark.parametrize(
    "piece",
    ["np.zeros(10**12)", "bytes(1 << 24)", "[0.5] * 60"],
    ids=["at-once", "large-pieces", "small-pieces"],
)
def test_memory_that_runs_out_is_an_error_and_no_end(start, piece):
    """MemoryError fails the request; its memory is given back, and the process goes on."""
    source = f"""
import numpy as np

def fill():
    pieces = []
    while True:
        pieces.append({piece})

def g():
    return 3
"""
    channel = start(source, Allowance(memory=384 * MEBI))
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    for _ in range(3):
        adapters.fill()
        with pytest.raises(Raised, match="MemoryError"):
            adapters.g()

    assert adapters.g() == 3
    gc.collect()
