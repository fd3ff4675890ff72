"""Frames: one JSON header and raw array buffers, the only thing that crosses the trust boundary.

A frame is two lengths (big-endian, 4 bytes each), that many bytes of JSON, that many bytes of buffers. In the
JSON, None, booleans, numbers, strings and lists stand for themselves and everything else is an object with
one known key (`tuple`, `dict`, `set`, `array`, `handle`, `function`). Nothing is unpickled or evaluated, and
what is decoded is an exact builtin or a base ndarray, whatever the other side holds.

Both processes run this file, so it imports only the standard library and numpy.
"""

import json
import math
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

LENGTHS = struct.Struct("!II")
DTYPES = frozenset(
    ["bool", "float16", "float32", "float64"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)
MAX_DEPTH = 24
MAX_AXES = 16
CHUNK = 1 << 16


class ProtocolError(Exception):
    """The bytes that came are not a frame that the protocol allows."""


class Unsendable(TypeError):  # noqa: N818 - the name is shown to students
    """A value that no frame can hold."""


class Closed(Exception):  # noqa: N818 - an event, not a fault of the code
    """The other side closed the connection."""


@dataclass(frozen=True)
class FrameLimits:
    """What a frame may measure in bytes; both lengths are checked before anything is allocated."""

    header: int
    buffers: int


FROM_STUDENT = FrameLimits(header=4 << 20, buffers=128 << 20)
FROM_GRADER = FrameLimits(header=64 << 20, buffers=1 << 30)

Refer = Callable[[Any], dict[str, Any]]
Resolve = Callable[[str, dict[str, Any]], Any]


class Frame:
    """A message under way: its JSON form and the arrays that go with it, in the order of their mention."""

    def __init__(self, refer: Refer, limits: FrameLimits) -> None:
        """Make an empty frame; `refer` gives the JSON form of objects that stay where they are."""
        self._refer = refer
        self._limits = limits
        self._size = 0  # of all buffers
        self.buffers: list[bytes] = []

    def pack(self, value: Any, depth: int = 0) -> Any:
        """Return the JSON form of `value`, its arrays copied to the buffers. Raises Unsendable."""
        kind = type(value)
        if value is None or kind in _PLAIN:
            return value
        if depth > MAX_DEPTH:
            raise Unsendable("a value is nested too deeply")
        if kind is np.ndarray:
            return self._pack_array(value)
        if kind in _SEQUENCES:
            items = [self.pack(item, depth + 1) for item in value]
            return items if kind is list else {_SEQUENCES[kind]: items}
        if kind is dict:
            return {"dict": [[_plain(key), self.pack(item, depth + 1)] for key, item in value.items()]}
        if isinstance(value, np.generic) and value.dtype.name in DTYPES:
            return value.item()
        return self._refer(value)

    def _pack_array(self, array: np.ndarray) -> Any:
        if array.dtype.name not in DTYPES:
            raise Unsendable(
                f"the tests do not accept an array of dtype {array.dtype}; return an array of floats"
            )
        self._size += array.nbytes
        if self._size > self._limits.buffers:
            raise Unsendable(f"the arrays of one answer are too large: {self._size} bytes")
        self.buffers.append(array.astype(array.dtype.newbyteorder("="), copy=False).tobytes())
        return {"array": [array.dtype.name, list(array.shape)]}

    def encode(self, message: Any) -> list[bytes]:
        """Return the pieces of the frame whose JSON form is `message`, made by `pack`. Raises Unsendable."""
        try:
            header = json.dumps(message, separators=(",", ":")).encode()
        except ValueError as unwritable:  # an integer of too many digits
            raise Unsendable(str(unwritable)) from None
        if len(header) > self._limits.header:
            raise Unsendable(f"an answer is too large: {len(header)} bytes without its arrays")
        return [LENGTHS.pack(len(header), self._size) + header, *self.buffers]


_PLAIN = frozenset([bool, int, float, str])
_SEQUENCES: dict[type, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "set"}


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in _PLAIN


def _plain(key: Any) -> Any:
    """Return the key of a dict, which must be a plain value. Raises Unsendable."""
    if not _is_plain(key):
        raise Unsendable(f"a dict that is sent has a {type(key).__name__} as a key; use numbers or strings")
    return key


class Unpacker:
    """Rebuilds values from the JSON form and the buffers of one frame."""

    def __init__(self, buffers: memoryview, resolve: Resolve) -> None:
        """Read arrays from `buffers` in order; `resolve(tag, fields)` answers for handles and functions."""
        self._buffers = buffers
        self._resolve = resolve

    def unpack(self, node: Any, depth: int = 0) -> Any:
        """Return the value of `node` as exact builtins and base ndarrays. Raises ProtocolError."""
        if node is None or type(node) in _PLAIN:
            return node
        if depth > MAX_DEPTH:
            raise ProtocolError("a value is nested too deeply")
        if type(node) is list:
            return [self.unpack(item, depth + 1) for item in node]
        return self._unpack_tagged(node, depth)

    def finish(self) -> None:
        """Check that every byte of the buffers belongs to an array."""
        if len(self._buffers):
            raise ProtocolError(f"{len(self._buffers)} bytes of the buffers belong to no array")

    def _unpack_tagged(self, node: dict[str, Any], depth: int) -> Any:
        tag = next(iter(node), "")
        content = node.get(tag)
        if tag in ("handle", "function"):
            return self._resolve(tag, node)
        if len(node) != 1 or type(content) is not list:
            raise ProtocolError(f"unknown form of a value: {_cut(node)}")
        if tag == "array":
            return self._unpack_array(content)
        if tag == "dict":
            return self._unpack_dict(content, depth)
        items = [self.unpack(item, depth + 1) for item in content]
        if tag == "tuple":
            return tuple(items)
        if tag == "set":  # its members may be unhashable here, so a list stands for it
            return items
        raise ProtocolError(f"unknown form of a value: {_cut(node)}")

    def _unpack_dict(self, content: list[Any], depth: int) -> dict[Any, Any]:
        if not all(type(pair) is list and len(pair) == 2 and _is_plain(pair[0]) for pair in content):  # noqa: PLR2004 - a pair
            raise ProtocolError("a dict has a key that is not a plain value")
        return {key: self.unpack(value, depth + 1) for key, value in content}

    def _unpack_array(self, content: list[Any]) -> np.ndarray:
        dtype, shape = content if len(content) == 2 else (None, None)  # noqa: PLR2004 - dtype and shape
        if type(dtype) is not str or dtype not in DTYPES:
            raise ProtocolError(f"an array of dtype {_cut(dtype)} is not accepted")
        if type(shape) is not list or len(shape) > MAX_AXES or not all(map(_is_length, shape)):
            raise ProtocolError(f"{_cut(shape)} is not the shape of an array")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if size > len(self._buffers):
            raise ProtocolError(f"an array of shape {_cut(shape)} is larger than what was sent")
        piece, self._buffers = self._buffers[:size], self._buffers[size:]
        try:
            return np.frombuffer(piece, dtype=dtype).reshape(shape).copy()
        except ValueError:  # an axis of length 0 beside ones that no array can have
            raise ProtocolError(f"{_cut(shape)} is not the shape of an array") from None


class Stream(Protocol):
    """What carries the bytes: a stream socket, or what can be used as one."""

    def recv(self, size: int, /) -> bytes:
        """Return up to `size` bytes as soon as some are there; none means that the other side closed."""

    def sendall(self, data: bytes, /) -> None:
        """Send all of `data`."""

    def settimeout(self, seconds: float | None, /) -> None:
        """Let `recv` and `sendall` raise TimeoutError after that many seconds, or never."""

    def close(self) -> None:
        """Close it."""


class Connection:
    """A stream that carries frames."""

    def __init__(self, stream: Stream, limits: FrameLimits) -> None:
        """Take over `stream`; frames that arrive must keep to `limits`."""
        self._stream = stream
        self._limits = limits
        self._pending = bytearray()

    def send(self, pieces: list[bytes], deadline: float | None = None) -> None:
        """Send the pieces of a frame. Raises TimeoutError at `deadline` (of time.monotonic), Closed."""
        try:
            for piece in pieces:
                self._stream.settimeout(_remaining(deadline))
                self._stream.sendall(piece)
        except (BrokenPipeError, ConnectionError) as gone:
            raise Closed from gone

    def receive(self, deadline: float | None = None) -> tuple[Any, memoryview]:
        """Return the next frame's parsed JSON and its buffers. Raises ProtocolError, TimeoutError, Closed."""
        header_size, buffers_size = LENGTHS.unpack(self._read(LENGTHS.size, deadline))
        if header_size > self._limits.header or buffers_size > self._limits.buffers:
            raise ProtocolError(f"a frame of {header_size} + {buffers_size} bytes is too large")
        header = self._read(header_size, deadline)
        buffers = memoryview(self._read(buffers_size, deadline))
        try:
            return json.loads(header), buffers
        except (ValueError, RecursionError) as malformed:
            raise ProtocolError(f"a header is not JSON: {_cut(str(malformed))}") from None

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    def _read(self, size: int, deadline: float | None) -> bytes:
        while len(self._pending) < size:
            self._stream.settimeout(_remaining(deadline))
            try:
                chunk = self._stream.recv(max(CHUNK, min(size - len(self._pending), 1 << 20)))
            except ConnectionError as gone:
                raise Closed from gone
            if not chunk:
                raise Closed
            self._pending += chunk
        piece = bytes(self._pending[:size])
        del self._pending[:size]
        return piece


def _remaining(deadline: float | None) -> float | None:
    """Return the seconds until `deadline`. Raises TimeoutError when it has passed."""
    if deadline is None:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _is_length(value: Any) -> bool:
    return type(value) is int and value >= 0


def _cut(value: Any) -> str:
    return repr(value)[:80]
