"""Callbacks that a peer asks for: only of the open call's functions, and not without end."""

import json
import time

import pytest

from grader.boundary.channel import MAX_OPEN_CALLS
from grader.boundary.errors import Breach, TimedOut
from grader.boundary.frame_limits import LENGTHS
from tests.grader.support.peer import SOON


def test_a_callback_runs_the_function_of_the_open_call(channel, peer):
    """While a call is open that got a function, the peer may have that function run."""
    heard = []
    peer.send({"id": 1, "callback": 1, "args": [3.0]})
    peer.answer("done")

    assert channel.ask("call", "f", heard.append) == "done"
    assert heard == [3.0]


@pytest.mark.parametrize("key", [True, 1.0, "1", 2, 0, -1, None], ids=repr)
def test_a_callback_names_the_function_by_its_number(channel, peer, key):
    """Nothing that equals or resembles the number of a function will do."""
    peer.send({"id": 1, "callback": key, "args": []})

    with pytest.raises(Breach):
        channel.ask("call", "f", lambda: pytest.fail("was called"))


def test_callbacks_without_end_stop_at_the_deadline(channel, peer):
    """A peer that has a function run over and over uses up its own time, the function's included."""
    channel.limit_time(SOON)
    header = json.dumps({"id": 1, "callback": 1, "args": []}).encode()
    frames = (LENGTHS.pack(len(header), 0) + header) * 1_000
    peer.stream.sendall(frames)

    with pytest.raises(TimedOut):
        channel.ask("call", "f", lambda: time.sleep(SOON / 10))


def test_callbacks_of_one_call_are_bounded(channel, peer, monkeypatch):
    """Even without a deadline there is an end to callbacks."""
    monkeypatch.setattr("grader.boundary.channel.MAX_CALLBACKS", 3)
    heard = []
    for _ in range(4):
        peer.send({"id": 1, "callback": 1, "args": [0]})

    with pytest.raises(Breach, match="more than 3 callbacks"):
        channel.ask("call", "f", heard.append)

    assert heard == [0, 0, 0]


def test_calls_within_each_other_are_bounded(channel, peer):
    """A function of the test that calls on with itself cannot be led arbitrarily deep."""
    depths = []

    def function():
        depths.append(len(depths))
        channel.ask("call", "f", function)

    for number in range(1, 20):
        peer.send({"id": number, "callback": 1, "args": []})

    with pytest.raises(Breach, match="calls within each other"):
        channel.ask("call", "f", function)

    assert len(depths) == MAX_OPEN_CALLS


def test_a_function_is_out_of_reach_when_its_call_is_over(channel, peer):
    """A later call that hands in no function cannot be answered by a callback to an earlier one."""
    heard = []
    peer.answer("done")
    channel.ask("call", "f", heard.append)
    peer.send({"id": 2, "callback": 1, "args": [3.0]})

    with pytest.raises(Breach):
        channel.ask("get")

    assert not heard


def test_a_function_is_out_of_reach_of_calls_within_its_own(channel, peer):
    """A request within a callback is a call of its own, with its own functions."""
    heard = []

    def function(value):
        heard.append(value)
        return channel.ask("get")

    peer.send({"id": 1, "callback": 1, "args": [3.0]})
    peer.send({"id": 2, "callback": 1, "args": [4.0]})

    with pytest.raises(Breach):
        channel.ask("call", "f", function)

    assert heard == [3.0]


def test_a_call_within_a_callback_is_not_answered_for_the_outer_one(channel, peer):
    """While the inner request waits, an answer to the outer one is an answer to another request."""
    peer.send({"id": 1, "callback": 1, "args": []})
    peer.answer("outer", number=1)

    with pytest.raises(Breach, match="another request"):
        channel.ask("call", "f", lambda: channel.ask("get"))


def test_an_error_of_the_tests_own_function_comes_back_as_itself(channel, peer):
    """When a function of the test raises and the call fails for that, the test sees its own error."""
    peer.send({"id": 1, "callback": 1, "args": []})
    peer.send({"id": 1, "error": {"type": "GraderCallbackFailed", "message": "", "traceback": ""}})

    def function():
        raise KeyError("own")

    with pytest.raises(KeyError, match="own"):
        channel.ask("call", "f", function)
