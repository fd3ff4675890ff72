"""The trusted end against peers that send anything: each one ends in a verdict."""

import json
import time

import numpy as np
import pytest

from grader.boundary.call_progress import MAX_REPORTS
from grader.boundary.errors import Breach, Raised, TooMuch
from grader.boundary.frame_limits import FROM_STUDENT, LENGTHS
from grader.boundary.peer_messages import MESSAGE_CHARACTERS, TRACEBACK_CHARACTERS
from grader.boundary.wire import MAX_KEYS
from tests.grader.support.peer import SECONDS


def test_an_answer_is_rebuilt_from_builtins_and_base_arrays(channel, peer):
    """Received values are of exact types, for any values of the peer."""
    peer.answer([1, 2.5, None, {"tuple": ["x", True]}, {"array": ["float32", [2, 1]]}], buffers=bytes(8))

    one, two, nothing, pair, array = channel.ask("get")

    assert [type(value) for value in (one, two, pair)] == [int, float, tuple]
    assert nothing is None
    assert pair == ("x", True)
    assert type(array) is np.ndarray
    assert (array.dtype, array.shape) == (np.float32, (2, 1))


MALFORMED = {
    "no-object": [1],
    "text": "id",
    "number": 1,
    "null": None,
    "empty": {},
    "no-id": {"value": 1},
    "no-content": {"id": 1},
    "another-id": {"id": 2, "value": 1},
    "earlier-id": {"id": 0, "value": 1},
    "id-as-text": {"id": "1", "value": 1},
    "id-as-float": {"id": 1.0, "value": 1},
    "id-as-bool": {"id": True, "value": 1},
    "extra-key": {"id": 1, "value": 1, "outcome": "passed"},
    "two-contents": {"id": 1, "value": 1, "error": {"type": "E", "message": "", "traceback": ""}},
    "error-as-text": {"id": 1, "error": "oops"},
    "error-without-type": {"id": 1, "error": {"message": "", "traceback": ""}},
    "error-of-numbers": {"id": 1, "error": {"type": 1, "message": 2, "traceback": 3}},
    "error-with-more": {"id": 1, "error": {"type": "E", "message": "", "traceback": "", "x": ""}},
    "unknown-tag": {"id": 1, "value": {"pickle": []}},
    "function": {"id": 1, "value": {"function": 1}},
    "object-array": {"id": 1, "value": {"array": ["object", [1]]}},
    "array-without-bytes": {"id": 1, "value": {"array": ["float64", [1]]}},
    "handle-never-given": {"id": 1, "value": {"handle": 5}},
    "handle-zero": {"id": 1, "value": {"handle": 0}},
    "handle-as-bool": {"id": 1, "value": {"handle": True}},
    "handle-as-float": {"id": 1, "value": {"handle": -1.0}},
    "handle-with-more": {"id": 1, "value": {"handle": -1, "data": 3}},
    "handle-with-odd-type": {"id": 1, "value": {"handle": -1, "type": 3}},
    "handle-out-of-range": {"id": 1, "value": {"handle": -(1 << 53) - 1}},
    "handle-of-two-types": {"id": 1, "value": [{"handle": -1, "type": "A"}, {"handle": -1, "type": "B"}]},
    "long-int": {"id": 1, "value": [1 << 64]},
    "long-int-as-key": {"id": 1, "value": {"dict": [[1 << 64, 0]]}},
    "key-twice": {"id": 1, "value": {"dict": [[1, 0], [True, 0]]}},
    "lone-surrogate": {"id": 1, "value": "\ud800"},
    "progress-no-object": {"id": 1, "progress": [1]},
    "progress-nested": {"id": 1, "progress": {"epoch": [1]}},
    "progress-of-texts": {"id": 1, "progress": {"epoch": "1"}},
    "progress-of-bools": {"id": 1, "progress": {"epoch": True}},
    "progress-not-a-number": {"id": 1, "progress": {"loss": float("nan")}},
    "progress-endless": {"id": 1, "progress": {"loss": float("inf")}},
    "progress-long-int": {"id": 1, "progress": {"epoch": 1 << 60}},
    "progress-of-many": {"id": 1, "progress": {f"n{number}": 1 for number in range(9)}},
    "progress-long-name": {"id": 1, "progress": {"n" * 25: 1}},
    "progress-odd-name": {"id": 1, "progress": {"\x1b[2J": 1}},
    "progress-and-more": {"id": 1, "progress": {}, "value": 1},
    "callback-without-call": {"id": 1, "callback": 1, "args": []},
    "callback-by-name": {"id": 1, "callback": "eval", "args": []},
    "callback-args-no-list": {"id": 1, "callback": 1, "args": {"tuple": []}},
    "not-json": b"{",
    "not-utf8": b"\xff",
    "too-deep": b"[" * 100_000,
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_frame_closes_the_channel_for_good(channel, peer, message):
    """A frame that the protocol does not allow is a breach; a proper answer after it is not even read."""
    peer.send(message)
    peer.answer("forged", number=2)

    with pytest.raises(Breach):
        channel.ask("get")
    with pytest.raises(Breach):
        channel.ask("get")

    assert peer.hears_the_end()


def test_progress_is_told_while_a_call_is_open(channel, peer):
    """Numbers that the peer reports before it answers reach the listener, in their order."""
    told = []
    channel.on_progress = told.append
    peer.send({"id": 1, "progress": {"epoch": 1, "loss": 0.5}})
    peer.send({"id": 1, "progress": {"epoch": 2}})
    peer.answer("done")

    assert channel.ask("call", "f") == "done"
    assert told == [{"epoch": 1, "loss": 0.5}, {"epoch": 2}]


def test_progress_of_a_call_that_is_over_is_a_breach(channel, peer):
    """Progress after the answer is not about the open call."""
    peer.answer("done")
    peer.send({"id": 1, "progress": {"epoch": 1}})
    channel.ask("call", "f")

    with pytest.raises(Breach, match="another request"):
        channel.ask("call", "f")


def test_progress_without_end_is_a_breach(channel, peer):
    """The number of reports in one call is bounded."""
    told = []
    channel.on_progress = told.append
    header = json.dumps({"id": 1, "progress": {"epoch": 1}}).encode()
    peer.stream.sendall((LENGTHS.pack(len(header), 0) + header) * (MAX_REPORTS + 1))

    with pytest.raises(Breach, match="reports of progress"):
        channel.ask("call", "f")

    assert len(told) == MAX_REPORTS


def test_what_is_wrong_is_told_in_a_few_words(channel, peer):
    """The reason of a breach quotes a piece of the message, of bounded length and without controls."""
    peer.answer_meanwhile({"\x1b]0;" + "x" * 1_000_000: ["\u202e" * 1_000_000], "y" * 1_000_000: 0})

    with pytest.raises(Breach) as caught:
        channel.ask("get")

    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


def test_keys_with_one_hash_do_not_keep_the_trusted_end_busy(channel, peer):
    """Integers that are far apart and have one hash would make building a dict take minutes."""
    peer.answer_meanwhile({"dict": [[number * (2**61 - 1), 0] for number in range(40_000)]})
    before = time.thread_time()

    with pytest.raises(Breach):
        channel.ask("get")

    assert time.thread_time() - before < SECONDS


def test_values_are_counted_before_they_are_made(channel, peer):
    """A header of short values becomes many times its size in memory, so their number is bounded."""
    peer.answer_meanwhile([0] * FROM_STUDENT.marks)

    with pytest.raises(Breach, match="more than 131072"):
        channel.ask("get")


def test_bytes_that_belong_to_no_array_are_a_breach(channel, peer):
    """All buffers must be accounted for."""
    peer.answer({"array": ["uint8", [3]]}, buffers=bytes(4))

    with pytest.raises(Breach, match="1 bytes"):
        channel.ask("get")


@pytest.mark.parametrize("lengths", [(2**32 - 1, 0), (2, 2**32 - 1)], ids=["header", "buffers"])
def test_a_frame_that_announces_too_much_is_refused_at_once(channel, peer, lengths):
    """Sizes are checked before anything is read or allocated: nobody waits for the body."""
    peer.stream.sendall(LENGTHS.pack(*lengths))

    with pytest.raises(Breach, match="too large"):
        channel.ask("get")


def test_an_error_is_cut_and_cleaned(channel, peer):
    """Type, message and traceback of an error have bounded lengths and no terminal escapes."""
    text = "\x1b[31mred\x00" + "x" * 100_000
    peer.send({"id": 1, "error": {"type": "E" * 500, "message": text, "traceback": text}})

    with pytest.raises(Raised) as caught:
        channel.ask("get")

    assert len(str(caught.value)) < MESSAGE_CHARACTERS + 100
    assert len(caught.value.traceback) <= TRACEBACK_CHARACTERS
    assert "\x1b" not in str(caught.value) + caught.value.traceback
    assert "\x00" not in str(caught.value) + caught.value.traceback


def test_the_name_of_a_type_is_cut_and_cleaned(channel, peer):
    """A proxy shows the name of its object's type, as far as it can be shown."""
    peer.answer({"handle": -1, "type": "\x1b[2J" + "T\n" * 500})

    proxy = channel.ask("get")

    assert proxy.remote_type.startswith("T T T")
    assert len(proxy.remote_type) <= 80


def test_what_a_peer_sends_in_one_test_is_bounded(channel, peer):
    """The frame that goes beyond the budget is not read; the budget of the next test is a whole one."""
    channel.budget = 1 << 20
    for number in (1, 2):
        channel.start_afresh()
        peer.answer_meanwhile("x" * 600_000, number)
        assert len(channel.ask("get")) == 600_000

    peer.answer_meanwhile("x" * 600_000, 3)

    with pytest.raises(TooMuch, match="more than 1 MiB in one test"):
        channel.ask("get")
    assert peer.hears_the_end()


def test_the_keys_of_a_dict_are_bounded(channel, peer):
    """Keys that all collide would cost the square of their number."""
    peer.answer_meanwhile({"dict": [[number, 0] for number in range(MAX_KEYS + 1)]})

    with pytest.raises(Breach, match=f"more than {MAX_KEYS} keys"):
        channel.ask("get")
