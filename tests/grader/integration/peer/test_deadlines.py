"""Peers that go away, stall or drip, and the time that counts."""

import threading
import time

import numpy as np
import pytest

from grader.boundary.errors import Died, Lost, TimedOut
from grader.boundary.frame_limits import LENGTHS
from tests.grader.support.peer import SOON


def test_a_peer_that_goes_away_has_died(channel, peer):
    """A closed connection is Died, now and for every later request."""
    peer.stream.close()

    for _ in range(2):
        with pytest.raises(Died):
            channel.ask("get")


def test_a_peer_that_goes_away_in_the_middle_of_a_frame_has_died(channel, peer):
    """Half a frame is no answer."""
    peer.stream.sendall(LENGTHS.pack(100, 0) + b"[")
    peer.stream.close()

    with pytest.raises(Died):
        channel.ask("get")


def test_a_silent_peer_is_given_up_at_the_deadline(channel, peer):
    """No answer until the deadline is TimedOut, now and for every later request."""
    channel.limit_time(SOON)
    started = time.monotonic()

    for _ in range(2):
        with pytest.raises(TimedOut):
            channel.ask("get")

    assert time.monotonic() - started >= SOON
    assert peer.hears_the_end()


def test_a_peer_that_drips_bytes_is_given_up_at_the_deadline(channel, peer):
    """A byte now and then does not put the deadline off: the frame, which is no JSON, is never read."""
    channel.limit_time(SOON)
    over = threading.Event()

    def drip():
        for byte in LENGTHS.pack(1_000, 0) + b" " * 1_000:
            if over.wait(0.01):
                return
            peer.stream.sendall(bytes([byte]))

    thread = threading.Thread(target=drip)
    thread.start()

    try:
        with pytest.raises(TimedOut):
            channel.ask("get")
    finally:
        over.set()
        thread.join()


def test_a_peer_that_does_not_listen_is_given_up_at_the_deadline(channel):
    """When the peer reads nothing, sending ends at the deadline too."""
    channel.limit_time(SOON)
    channel.tell("call", "f", np.zeros(1 << 22))

    with pytest.raises(TimedOut):
        channel.ask("get")


def test_a_call_with_time_of_its_own_does_not_use_up_the_tests(channel, peer):
    """A call under time_limit may take longer than the test's limit, which goes on after that."""
    channel.limit_time(SOON)
    threading.Timer(SOON + 0.1, lambda: peer.answer("late", number=1)).start()

    with channel.time_limit(60):
        assert channel.ask("get") == "late"

    peer.answer("soon", number=2)
    assert channel.ask("get") == "soon"
    with pytest.raises(TimedOut, match=f"within {SOON:g} seconds"):
        channel.ask("get")


def test_only_the_wait_for_the_peer_is_counted(channel, peer):
    """The test's own work between two requests is no time of the submission."""
    channel.limit_time(SOON)

    for number in range(1, 4):
        time.sleep(SOON / 2)
        peer.answer("soon", number=number)
        assert channel.ask("get") == "soon"


def test_a_closed_channel_says_why(channel):
    """After close(reason) every request raises that reason."""
    channel.close(Died("it is gone"))

    for request in (channel.ask, channel.tell, channel.tell_only):
        with pytest.raises(Lost, match="it is gone"):
            request("get")
    with pytest.raises(Lost, match="it is gone"):
        channel.flush()
