"""The trusted end against peers that lie, stall or babble: each one ends in a verdict."""

import contextlib
import json
import socket
import threading
import time

import numpy as np
import pytest

from grader.boundary.call_progress import MAX_REPORTS
from grader.boundary.channel import MAX_OPEN_CALLS, Channel
from grader.boundary.errors import Breach, Died, Lost, Raised, TimedOut, TooMuch
from grader.boundary.frame_limits import FROM_STUDENT, LENGTHS
from grader.boundary.interface import Interface
from grader.boundary.peer_messages import MESSAGE_CHARACTERS, TRACEBACK_CHARACTERS
from grader.boundary.proxy import Proxy
from grader.boundary.wire import MAX_KEYS

SECONDS = 5.0  # until a conversation that should have ended is given up
SOON = 0.3


class Peer:
    """The other end of a channel's socket, to send any bytes."""

    def __init__(self, stream):
        self.stream = stream

    def send(self, message, buffers=b""):
        """Send a frame with `message`, which is JSON bytes or turned into some."""
        header = message if type(message) is bytes else json.dumps(message).encode()
        self.stream.sendall(LENGTHS.pack(len(header), len(buffers)) + header + buffers)

    def answer(self, value, number=1, buffers=b""):
        """Answer request `number`, in advance: the channel has not asked yet."""
        self.send({"id": number, "value": value}, buffers)

    def answer_meanwhile(self, value, number=1):
        """Answer request `number` with more than the socket takes before somebody reads."""
        threading.Thread(target=self._answer_quietly, args=(value, number), daemon=True).start()

    def _answer_quietly(self, value, number):
        with contextlib.suppress(OSError):  # the channel may close before it has read all
            self.answer(value, number)

    def requests(self):
        """Return the kinds of the requests that have come, in their order."""
        self.stream.setblocking(False)  # noqa: FBT003 - the socket's own interface
        content, kinds = self.stream.recv(1 << 20), []
        while content:
            size, _ = LENGTHS.unpack(content[: LENGTHS.size])
            frame, content = content[LENGTHS.size :][:size], content[LENGTHS.size + size :]
            kinds += [request[0] for request in json.loads(frame)]
        return kinds

    def hears_the_end(self):
        """Read all bytes until the channel closes its end."""
        self.stream.settimeout(SECONDS)
        with contextlib.suppress(ConnectionResetError):  # what the channel left unread is thrown away
            while self.stream.recv(1 << 16):
                pass
        return True


@pytest.fixture
def ends():
    """Return a channel and the peer that it speaks with."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = Channel(ours, Interface())
        channel.limit_time(SECONDS)
        yield channel, Peer(theirs)


@pytest.fixture
def channel(ends):
    """Return the channel."""
    return ends[0]


@pytest.fixture
def peer(ends):
    """Return the peer."""
    return ends[1]


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


def test_a_test_can_hand_over_only_what_may_cross(channel):
    """An object of the tests' own process is refused where it is handed in."""
    with pytest.raises(TypeError, match="only plain values"):
        channel.tell("call", "f", object())


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
