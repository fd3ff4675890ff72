"""Frames as bytes, and the values and bytes that they carry."""

import math
import socket
import time

import numpy as np

from grader.boundary.frame_connection import FrameConnection
from grader.boundary.frame_limits import FROM_STUDENT, FrameLimits, ProtocolError
from grader.boundary.wire import DTYPES, Frame, Unpacker

SMALL = FrameLimits(header=1_000, buffers=1_000, marks=500)
SECONDS = 5.0  # far more than an answer takes; a check that came too late would wait this long


def within_seconds():
    """Return the patience of a test: a wait that takes longer than SECONDS is an error."""
    end = time.monotonic() + SECONDS

    def patience():
        assert time.monotonic() < end, "nothing has come"
        return SECONDS

    return patience


def refuse(*_):
    """Stand in for a process that keeps no objects."""
    raise ProtocolError("no references here")


def packed(value, limits=FROM_STUDENT):
    """Return the bytes of the frame that holds `value`."""
    frame = Frame(refuse, limits)
    return frame.encode(frame.pack(value))


def unpacked(node, buffers=b""):
    """Return the value of the JSON form `node` beside these buffers."""
    unpacker = Unpacker(memoryview(buffers), refuse)
    value = unpacker.unpack(node)
    unpacker.finish()
    return value


def received(content, limits=FROM_STUDENT, *, closed=False):
    """Return the frame that arrives when the peer sends `content`, and then waits or closes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(content)
        if closed:
            theirs.close()
        return FrameConnection(ours, limits).receive(within_seconds())


def carried(value):
    """Return the received value when `value` is sent."""
    message, buffers = received(packed(value))
    return unpacked(message, bytes(buffers))


def same(one, other):
    """Tell whether two values are equal in type, and arrays in dtype, shape and every bit that matters."""
    if type(one) is not type(other):
        return False
    if type(one) is np.ndarray:
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if type(one) is float:
        return one == other or (math.isnan(one) and math.isnan(other))
    if type(one) is dict:
        return same(list(one.items()), list(other.items()))
    if type(one) in {list, tuple}:
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def native(value):
    """Return `value` with its arrays in this machine's byte order."""
    if type(value) is np.ndarray:
        return value.astype(value.dtype.newbyteorder("="))
    if type(value) is dict:
        return {key: native(item) for key, item in value.items()}
    return type(value)(map(native, value)) if type(value) in {list, tuple} else value


def is_exact(value):
    """Tell whether `value` is made of exact builtins and base ndarrays that own their memory."""
    if type(value) is np.ndarray:
        flags = value.flags
        owned = flags.owndata and flags.writeable and flags.c_contiguous and flags.aligned
        return value.dtype.name in DTYPES and owned and value.dtype.isnative
    if type(value) is dict:
        return all(is_exact(key) and is_exact(item) for key, item in value.items())
    if type(value) in {list, tuple}:
        return all(map(is_exact, value))
    return value is None or type(value) in {bool, int, float, str}
