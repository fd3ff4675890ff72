"""The stream of a peer with all its bytes written, and the permitted outcomes."""

import socket
from contextlib import contextmanager
from itertools import cycle

import numpy as np
from hypothesis import HealthCheck, settings

from grader.boundary.proxy import Proxy
from grader.boundary.wire import DTYPES
from tests.grader.support.nightly import NIGHTLY

SECONDS = 20.0  # until a conversation that should have ended counts as hung


def fuzzed(share):
    """Return the settings of a test that takes `share` of all inputs: the same in every run but at night."""
    return settings(
        max_examples=int((100_000 if NIGHTLY else 5_000) * share),
        derandomize=not NIGHTLY,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


class Pieces:
    """A socket from which no more comes at a time than the next of `sizes`, over and over."""

    def __init__(self, stream, sizes):
        self._stream = stream
        self._sizes = cycle(sizes)
        self.send = stream.send
        self.settimeout = stream.settimeout
        self.close = stream.close

    def recv(self, size):
        """Return the next piece of the stream."""
        return self._stream.recv(min(size, next(self._sizes)))


@contextmanager
def stream_of(content, sizes):
    """Yield the end of a socket pair at which `content` arrives in pieces of `sizes`, and then the end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(content)
        theirs.shutdown(socket.SHUT_WR)
        yield Pieces(ours, sizes)


def is_exact(value):
    """Tell whether `value` holds only exact builtins, base arrays that own their memory, and proxies."""
    kind = type(value)
    if kind is np.ndarray:
        flags = value.flags
        owned = flags.owndata and flags.writeable and flags.c_contiguous and flags.aligned
        proper = value.dtype.name in DTYPES and value.dtype.isnative
        return owned and proper and (value.dtype != bool or value.view(np.uint8).max(initial=0) <= 1)
    if kind is dict:
        return all(is_exact(key) and is_exact(item) for key, item in value.items())
    if kind in {list, tuple}:
        return all(map(is_exact, value))
    if kind is int:
        return value.bit_length() <= 64
    if kind is str:
        return value.encode() is not None
    return value is None or kind in {bool, float, Proxy}
