"""Waits for a processor, as the kernel counts them."""

import os
import time
from contextlib import closing

from grader.boundary.waits import Waits
from tests.grader.support.load import busy_loops


def test_a_thread_that_sleeps_does_not_wait():
    """Only who is ready to run waits."""
    with closing(Waits()) as waits:
        began, before = time.monotonic(), waits.seconds()
        time.sleep(0.5)
        passed, waited = time.monotonic() - began, waits.seconds() - before

    assert waited <= passed - 0.5


def test_a_thread_that_shares_its_processor_waits():
    """On one processor, waits and computation add up to the time that passes."""
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    try:
        with closing(Waits()) as waits, busy_loops(3):
            began, before, used = time.monotonic(), waits.seconds(), time.thread_time()
            while time.thread_time() < used + 0.3:
                pass
            passed, waited = time.monotonic() - began, waits.seconds() - before
    finally:
        os.sched_setaffinity(0, processors)

    assert waited > 0.1
    assert 0.8 * passed < waited + time.thread_time() - used < 1.2 * passed


def test_a_host_that_does_not_tell_has_no_waits(monkeypatch):
    """There every wait is 0."""
    monkeypatch.setattr("grader.boundary.waits.STATISTICS", "/nowhere")

    with closing(Waits()) as waits:
        assert waits.seconds() == 0.0
