"""Handles that a peer names: one object has one proxy, and no handle outlives its test."""

import time

import pytest

from grader.boundary.errors import Breach
from grader.boundary.proxy import Proxy
from tests.grader.support.peer import SECONDS


def test_one_object_has_one_proxy(channel, peer):
    """As long as a proxy is in use, every mention of its handle is that proxy."""
    peer.answer([{"handle": -1}, {"handle": -1}, {"handle": -2}])
    peer.answer({"handle": -2}, number=2)

    one, same, other = channel.ask("get")

    assert type(one) is Proxy
    assert one is same
    assert one is not other
    assert channel.ask("get") is other


def test_a_proxy_says_its_type_as_soon_as_that_is_known(channel, peer):
    """A proxy that was made without waiting learns the type of its object when the peer first names it."""
    proxy = channel.tell("call", "f")
    peer.answer([{"handle": 1, "type": "Tensor"}])

    (named,) = channel.ask("get")

    assert named is proxy
    assert proxy.remote_type == "Tensor"


def test_a_handle_of_an_earlier_test_is_never_given_out(channel, peer):
    """After a fresh start the peer has no object of before, so it cannot name one."""
    kept = channel.tell("call", "f")
    channel.start_afresh()
    peer.answer({"handle": 1})

    with pytest.raises(Breach, match="not given out"):
        channel.ask("get")
    del kept


def test_a_proxy_that_dies_late_does_not_take_its_successor_along(channel, peer):
    """A proxy of an earlier test may have the handle of a present one; when it goes, the latter stays."""
    peer.answer({"handle": -1})
    earlier = channel.ask("get")
    channel.start_afresh()
    peer.answer({"handle": -1}, number=2)
    present = channel.ask("get")

    del earlier

    peer.answer({"handle": -1}, number=3)
    assert channel.ask("get") is present


def test_a_proxy_that_goes_while_an_answer_names_it_is_not_given_up(channel, peer, monkeypatch):
    """When the garbage collector takes a proxy just before its object is named again, no drop is sent."""
    peer.answer({"handle": -1})
    held = [channel.ask("get")]
    connection = channel._connection  # noqa: SLF001 - there is no other way to hit the moment
    receive = connection.receive

    def receive_late(patience):
        held.clear()
        return receive(patience)

    monkeypatch.setattr(connection, "receive", receive_late)
    peer.answer({"handle": -1}, number=2)
    held_again = channel.ask("get")
    peer.answer(None, number=3)
    channel.ask("get")

    assert peer.requests() == ["get", "get", "get"]
    del held_again


def test_many_mentions_of_dropped_proxies_cost_little_time(channel, peer):
    """A peer cannot keep the trusted end busy by naming dropped handles again and again."""
    peer_numbers = [{"handle": -number} for number in range(1, 3_000)]
    peer.answer(peer_numbers)
    kept = channel.ask("get")
    del kept
    peer.answer_meanwhile(peer_numbers * 20, number=2)
    before = time.thread_time()

    channel.ask("get")

    assert time.thread_time() - before < SECONDS / 2


def test_a_test_can_hand_over_only_what_may_cross(channel):
    """An object of the tests' own process is refused where it is handed in."""
    with pytest.raises(TypeError, match="only plain values"):
        channel.tell("call", "f", object())
