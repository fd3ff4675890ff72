"""Frames: one JSON header and raw array buffers, the only thing that crosses the trust boundary.

A frame is two lengths (big-endian, 4 bytes each), that many bytes of JSON, that many bytes of buffers. In the
JSON, None, booleans, numbers, strings and lists stand for themselves. Everything else is an object with one
known key (`tuple`, `dict`, `set`, `array`, `handle`, `function`). Nothing is unpickled or evaluated. A
decoded value is an exact builtin or a base ndarray, for any value of the other side. A key that comes twice
counts as its last mention does: one parser both checks and uses it.

Both processes run this file, so it imports only the standard library and numpy.
"""

import math
import reprlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from grader.boundary.frame_limits import LENGTHS, FrameLimits, ProtocolError
from grader.boundary.header import count_marks, is_integer, is_text, write_float, write_text

DTYPES = frozenset(
    ["bool", "float16", "float32", "float64"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)
MAX_DEPTH = 24
MAX_AXES = 16
MAX_KEYS = 1 << 14  # of a dict: keys can be chosen so that they all collide, which costs their square
MAX_EMPTY = 1 << 20  # elements of an array without any, not counting its axes of length 0


class Unsendable(TypeError):  # noqa: N818 - the name is shown to students
    """A value that no frame can hold."""


Refer = Callable[[Any], str]
Resolve = Callable[[str, dict[str, Any]], Any]


class Frame:
    """A message under way: the arrays that go with its JSON, in the order of their mention."""

    def __init__(self, refer: Refer, limits: FrameLimits) -> None:
        """Make an empty frame; `refer` gives the JSON of objects that stay where they are."""
        self._refer = refer
        self._limits = limits
        self._size = 0  # of all buffers
        self.buffers: list[bytes] = []

    def pack(self, value: Any, depth: int = 0) -> str:
        """Return the JSON of `value`, its arrays copied to the buffers. Raises Unsendable."""
        kind = type(value)
        write = _WRITERS.get(kind)
        if write is not None:
            return write(value)
        if kind not in _CONTAINERS:
            return self._refer(value)
        if depth > MAX_DEPTH:
            raise Unsendable("a value is nested too deeply")
        if kind is list:
            return self._pack_items(value, depth)
        if kind is np.ndarray:
            return self._pack_array(value)
        if kind is dict:
            return self._pack_dict(value, depth)
        return f'{{"{_SEQUENCES[kind]}":{self._pack_items(value, depth)}}}'

    def _pack_items(self, items: Iterable[Any], depth: int) -> str:
        packed = []
        for item in items:
            write = _WRITERS.get(type(item))
            packed.append(self.pack(item, depth + 1) if write is None else write(item))
        return f"[{','.join(packed)}]"

    def _pack_dict(self, value: dict[Any, Any], depth: int) -> str:
        if len(value) > MAX_KEYS:
            raise Unsendable(f"the tests do not accept a dict of more than {MAX_KEYS} keys")
        pairs = [f"[{_key(key)},{self.pack(item, depth + 1)}]" for key, item in value.items()]
        return f'{{"dict":[{",".join(pairs)}]}}'

    def _pack_array(self, array: np.ndarray) -> str:
        name = _NAMES.get(array.dtype)
        if name is None:
            raise Unsendable(
                f"the tests do not accept an array of dtype {array.dtype}; return an array of floats"
            )
        if array.ndim > MAX_AXES or not (array.size or _is_small_without_elements(array.shape)):
            raise Unsendable(f"the tests do not accept an array of shape {array.shape}")
        self._size += array.nbytes
        if self._size > self._limits.buffers:
            raise Unsendable(f"the arrays of one answer are too large: {self._size} bytes")
        native = array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
        self.buffers.append(native.tobytes())
        return f'{{"array":["{name}",[{",".join(map(str, array.shape))}]]}}'

    def encode(self, message: str) -> bytes:
        """Return the frame whose JSON is `message`, its values made by `pack`. Raises Unsendable."""
        header, limits = message.encode("ascii"), self._limits
        if len(header) > limits.header:
            raise Unsendable(f"an answer is too large: {len(header)} bytes without its arrays")
        if len(header) > limits.marks and count_marks(header) > limits.marks:
            raise Unsendable(f"an answer holds more than {limits.marks} values; return arrays")
        return b"".join([LENGTHS.pack(len(header), self._size), header, *self.buffers])


_FREE = frozenset([type(None), bool, float])  # of which there is nothing to check
_PLAIN = _FREE | {int, str}
_SEQUENCES: dict[type, str] = {tuple: "tuple", set: "set", frozenset: "set"}
_CONTAINERS = frozenset([list, dict, np.ndarray, *_SEQUENCES])
_DTYPES = {name: np.dtype(name) for name in DTYPES}
_RAW = _DTYPES | {"bool": np.dtype("uint8")}  # a bool is a byte, but not every byte is a bool
_SCALARS = frozenset(dtype.type for dtype in _DTYPES.values()) | {np.longlong, np.ulonglong}
_NAMES = {order: name for name, dtype in _DTYPES.items() for order in (dtype, dtype.newbyteorder())}


def _write_integer(number: int) -> str:
    if not is_integer(number):
        raise Unsendable("the tests do not accept an int of more than 64 bits; return a float")
    return repr(number)


def _write_text(text: str) -> str:
    if not (text.isascii() or is_text(text)):
        raise Unsendable("the tests do not accept a string that is not valid Unicode")
    return write_text(text)


def _write_scalar(scalar: np.generic) -> str:
    value = scalar.item()
    return _WRITERS[type(value)](value)


_WRITERS: dict[type, Callable[[Any], str]] = {  # for values that are no containers; each raises Unsendable
    **dict.fromkeys(_SCALARS, _write_scalar),
    type(None): lambda _: "null",
    bool: {False: "false", True: "true"}.__getitem__,
    float: write_float,
    int: _write_integer,
    str: _write_text,
}


def _key(key: Any) -> str:
    """Return the JSON of a dict's key, which must be a plain value. Raises Unsendable."""
    if type(key) not in _PLAIN:
        raise Unsendable(f"a dict that is sent has a {type(key).__name__} as a key; use numbers or strings")
    return _WRITERS[type(key)](key)


def _is_small_without_elements(shape: tuple[int, ...] | list[int]) -> bool:
    """Tell whether the axes beside those of length 0 are short: sums along the latter make arrays of them."""
    return math.prod(filter(None, shape)) <= MAX_EMPTY


class Unpacker:
    """Rebuilds values from the JSON form and the buffers of one frame."""

    def __init__(self, buffers: memoryview, resolve: Resolve) -> None:
        """Read arrays from `buffers` in order; `resolve(tag, fields)` answers for handles and functions."""
        self._buffers = buffers
        self._resolve = resolve

    def unpack(self, node: Any, depth: int = 0) -> Any:
        """Return the value of `node` as exact builtins and base ndarrays. Raises ProtocolError."""
        kind = type(node)
        if kind in _FREE or (kind is str and node.isascii()):
            return node
        if kind in _PLAIN:
            if is_text(node) or is_integer(node):
                return node
            raise ProtocolError(f"{shorten(node)} is too long a number or no text")
        if depth > MAX_DEPTH:
            raise ProtocolError("a value is nested too deeply")
        if kind is list:
            return self._unpack_items(node, depth)
        if "handle" in node:
            return self._resolve("handle", node)
        return self._unpack_tagged(node, depth)

    def finish(self) -> None:
        """Check that every byte of the buffers belongs to an array."""
        if len(self._buffers):
            raise ProtocolError(f"{len(self._buffers)} bytes of the buffers belong to no array")

    def _unpack_items(self, nodes: list[Any], depth: int) -> list[Any]:
        return [node if type(node) in _FREE else self.unpack(node, depth + 1) for node in nodes]

    def _unpack_tagged(self, node: dict[str, Any], depth: int) -> Any:
        tag = next(iter(node), "")
        content = node.get(tag)
        if tag == "function":
            return self._resolve(tag, node)
        if len(node) != 1 or type(content) is not list:
            raise ProtocolError(f"unknown form of a value: {shorten(node)}")
        if tag == "array":
            return self._unpack_array(content)
        if tag == "dict":
            return self._unpack_dict(content, depth)
        items = self._unpack_items(content, depth)
        if tag == "tuple":
            return tuple(items)
        if tag == "set":  # its members may be unhashable here, so a list stands for it
            return items
        raise ProtocolError(f"unknown form of a value: {shorten(node)}")

    def _unpack_dict(self, content: list[Any], depth: int) -> dict[Any, Any]:
        if not all(type(pair) is list and len(pair) == 2 and type(pair[0]) in _PLAIN for pair in content):  # noqa: PLR2004 - a pair
            raise ProtocolError("a dict has a key that is not a plain value")
        if len(content) > MAX_KEYS:
            raise ProtocolError(f"a dict has more than {MAX_KEYS} keys")
        found = {self.unpack(key): self.unpack(value, depth + 1) for key, value in content}
        if len(found) != len(content):
            raise ProtocolError("a dict has one key twice")
        return found

    def _unpack_array(self, content: list[Any]) -> np.ndarray:
        """Return an array that owns its memory, writable, of native byte order."""
        dtype, shape = content if len(content) == 2 else (None, None)  # noqa: PLR2004 - dtype and shape
        if type(dtype) is not str or dtype not in DTYPES:
            raise ProtocolError(f"an array of dtype {shorten(dtype)} is not accepted")
        if type(shape) is not list or len(shape) > MAX_AXES or not all(map(_is_length, shape)):
            raise ProtocolError(f"{shorten(shape)} is not the shape of an array")
        raw = _RAW[dtype]
        size = math.prod(shape) * raw.itemsize
        if size > len(self._buffers) or not (size or _is_small_without_elements(shape)):
            raise ProtocolError(f"an array of shape {shorten(shape)} is larger than what was sent")
        piece, self._buffers = self._buffers[:size], self._buffers[size:]
        return np.frombuffer(piece, raw).reshape(shape).astype(_DTYPES[dtype])


def _is_length(value: Any) -> bool:
    return is_integer(value) and value >= 0


shorten = reprlib.Repr().repr  # a few of the members and characters, so that it is quick and shallow
