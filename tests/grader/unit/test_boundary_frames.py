"""Frames that a peer may not send: each breaks the protocol, at once."""

import socket

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.boundary.frame_connection import Closed, FrameConnection
from grader.boundary.frame_limits import FROM_STUDENT, LENGTHS, ProtocolError
from tests.grader.support.frames import SMALL, is_exact, packed, received, unpacked
from tests.grader.support.values import any_json


@pytest.mark.parametrize(
    "node",
    [
        {"array": ["object", [1]]},
        {"array": ["O", [1]]},
        {"array": [["float64"], [1]]},
        {"array": ["float64", [-1]]},
        {"array": ["float64", [True]]},
        {"array": ["float64", [1.0]]},
        {"array": ["float64", 1]},
        {"array": ["float64"]},
        {"array": ["float64", [1], 0]},
        {"array": {"float64": [1]}},
        {"array": ["float64", [1] * 17]},
        {"array": ["float64", [2]]},
        {"array": ["float64", [1 << 62, 1 << 62]]},
        {"array": ["float64", [0, 10**30]]},
        {"array": ["float64", [0, 10**18, 10**18]]},
        {"array": ["float64", [1 << 20, 0, 2]]},
        {"array": ["uint8", [7]]},
        {"tuple": 3},
        {"tuple": [], "set": []},
        {"list": []},
        {"pickle": ["cos\nsystem"]},
        {"dict": [[[], 1]]},
        {"dict": [[1]]},
        {"dict": [1]},
        {"dict": {}},
        {},
    ],
    ids=str,
)
def test_a_malformed_value_breaks_the_protocol(node):
    """Dtypes off the list, wrong shapes, sizes beyond the buffers, unknown tags: all refused."""
    with pytest.raises(ProtocolError):
        unpacked(node, bytes(8))


@given(any_json, st.binary(max_size=64))
def test_any_json_is_a_value_or_breaks_the_protocol(node, buffers):
    """Any header means exact builtins and base arrays, or ProtocolError is raised."""
    try:
        value = unpacked(node, buffers)
    except ProtocolError:
        return

    assert is_exact(value)


@pytest.mark.parametrize("lengths", [(1_001, 0), (0, 1_001), (2**32 - 1, 2**32 - 1)], ids=str)
def test_sizes_are_checked_before_the_body_is_read(lengths):
    """A frame that announces more than it may is refused though none of its body ever comes."""
    with pytest.raises(ProtocolError, match="too large"):
        received(LENGTHS.pack(*lengths), SMALL)


@pytest.mark.parametrize(
    "header",
    [b"", b"{", b"\xff\xfe\x00", b"[" * 50_000, b'"\\ud8"', b"1" * 5_000, b"nan", b"1 2"],
    ids=["empty", "cut", "not-utf8", "deep", "bad-escape", "huge-int", "no-literal", "two-values"],
)
def test_a_header_that_is_no_json_breaks_the_protocol(header):
    """A header that cannot be parsed is a breach, never an error of ours."""
    with pytest.raises(ProtocolError, match="not JSON"):
        received(LENGTHS.pack(len(header), 0) + header)


@pytest.mark.parametrize(
    "kept", [0, 3, 8, 10, -1], ids=["nothing", "half-a-length", "lengths", "half-a-header", "all-but-one"]
)
def test_a_frame_that_breaks_off_is_the_end_of_the_conversation(kept):
    """When the peer goes away in the middle of a frame, that is Closed."""
    with pytest.raises(Closed):
        received(packed([1, 2, np.ones(2)])[:kept], closed=True)


def test_frames_are_told_apart_when_they_arrive_together():
    """Two frames that come in one piece are two frames."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(packed("one") + packed("two"))
        connection = FrameConnection(ours, FROM_STUDENT)

        assert [connection.receive()[0], connection.receive()[0]] == ["one", "two"]
