"""Frames alone: their values, and the memory for them."""

import time
import tracemalloc

import pytest
from hypothesis import given

from grader.boundary.channel import Channel
from grader.boundary.errors import Breach
from grader.boundary.frame_connection import Closed, FrameConnection
from grader.boundary.frame_limits import FROM_STUDENT, OBJECT_BYTES, ProtocolError
from grader.boundary.header import count_marks
from grader.boundary.interface import Interface
from grader.boundary.wire import Unpacker
from tests.grader.fuzz.frames import deliveries, framed, values
from tests.grader.fuzz.peer import SECONDS, fuzzed, is_exact, stream_of

ASIDE = 200_000  # bytes that a conversation takes however short it is, chunks of the socket included


def within_seconds():
    """Return the patience of a test: a wait that takes longer than SECONDS is an error."""
    end = time.monotonic() + SECONDS

    def patience():
        assert time.monotonic() < end, "nothing has come"
        return SECONDS

    return patience


def unpack_all(stream):
    """Return the values of all frames of `stream` up to the first that is none, or its end."""
    connection, found = FrameConnection(stream, FROM_STUDENT), []
    try:
        while True:
            message, buffers = connection.receive(within_seconds())
            unpacker = Unpacker(buffers, refer)
            found.append(unpacker.unpack(message))
            unpacker.finish()
    except (ProtocolError, Closed):
        return found


def refer(tag, fields):
    """Stand in for a process that keeps objects."""
    return len([tag, *fields])


@fuzzed(share=0.4)
@given(values, deliveries)
def test_frames_are_exact_values_or_break_the_protocol(content, sizes):
    """For any bytes in any pieces, a decoded value is exact, or there is none."""
    with stream_of(content, sizes) as stream:
        found = unpack_all(stream)

    assert is_exact(found)


@fuzzed(share=0.1)
@given(values, deliveries)
def test_a_frame_takes_memory_in_proportion_to_its_length(content, sizes):
    """Decoding takes the memory that FrameLimits states for frames of that size, for any stated sizes."""
    with stream_of(content, sizes) as stream:
        peak = peak_of(lambda: unpack_all(stream))

    assert peak <= ASIDE + 12 * len(content) + OBJECT_BYTES * (1 + count_marks(content))


HEAVY = {
    "lists": b"[[]]",
    "tuples": b'{"tuple":[]}',
    "dicts": b'{"dict":[]}',
    "arrays": b'{"array":["bool",[0]]}',
    "keys": b'{"dict":[[1.5,2.5]]}',
    "unknown": b'{"a\\ud800":{"b":{}}}',
    "texts": b'"\\ud83d\\ude00 and ten more"',
    "floats": b"1.5",
    "integers": b"123456789012345678",
    "handles": b'{"handle":-1%06d,"type":"T%06d"}',
}


class Recorded:
    """A stream with `content`, which may be larger than a socket's buffer; it drops all output."""

    def __init__(self, content):
        self._left = memoryview(content)
        self.send = len  # all of it is sent, and lost
        self.settimeout = id  # which does nothing with what it is given

    def recv(self, size):
        """Return the next bytes."""
        piece, self._left = self._left[:size], self._left[size:]
        return bytes(piece)

    def close(self):
        """Do nothing."""


@pytest.mark.parametrize("form", HEAVY)
def test_the_heaviest_frames_take_what_the_limits_state(form):
    """A frame as full of small objects as it may be stays within the memory that FrameLimits states."""
    piece = HEAVY[form]
    count = min(FROM_STUDENT.marks // (count_marks(piece) + 1), FROM_STUDENT.header // (len(piece) + 1)) - 9
    pieces = (piece % (number, number) if form == "handles" else piece for number in range(count))
    header = b'{"id":1,"value":[' + b",".join(pieces) + b"]}"
    channel = Channel(Recorded(framed(header, b"")), Interface())
    answers = []

    peak = peak_of(lambda: answers.append(answer_of(channel)))

    assert answers[0] is None or len(answers[0]) == count
    assert peak <= ASIDE + 12 * len(header) + OBJECT_BYTES * FROM_STUDENT.marks


def answer_of(channel):
    """Return the channel's answer, or None if it breaks the protocol."""
    try:
        return channel.ask("get")
    except Breach:
        return None


def peak_of(work):
    """Return how many bytes were allocated at most while `work` ran."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
