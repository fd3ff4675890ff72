"""Headers: the JSON of a frame, written compactly and read under limits on its size in memory."""

import json
from json.encoder import encode_basestring_ascii as write_text
from typing import Any

__all__ = ["count_marks", "is_integer", "is_text", "read_header", "write_float", "write_plain", "write_text"]

INTEGER_BITS = 64

_encoder = json.JSONEncoder(separators=(",", ":"))
_decoder = json.JSONDecoder()


def write_float(number: float) -> str:
    """Return `number` as JSON; one that is not finite, or no number, as Python's json writes it."""
    text = repr(number)
    return _NOT_FINITE.get(text, text)


_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def write_plain(message: Any) -> str:
    """Return plain values, lists and dicts as JSON in ASCII."""
    return _encoder.encode(message)


def read_header(header: bytes | bytearray, marks: int) -> Any:
    """Return the value of JSON in ASCII. Raises ValueError for other text, RecursionError for deep nesting.

    A byte of text can become sixty in memory. Each value but the first follows a comma or a bracket. So the
    number of these bounds the number of objects before the first one exists.
    """
    text = header.decode("ascii")
    found = text.count(",") + text.count("[") + text.count("{")
    if found > marks:
        raise ValueError(f"it holds {found} values, more than {marks}")
    message, end = _decoder.raw_decode(text)
    if end != len(text):
        raise ValueError("something follows it")
    return message


def count_marks(header: bytes) -> int:
    """Return the number of values that `read_header` expects in a header."""
    return header.count(b",") + header.count(b"[") + header.count(b"{")


def is_integer(value: Any) -> bool:
    """Tell whether `value` is an int, and one that fits in a machine's word.

    Longer ones cost more than their size: they are slow to print, and thousands that differ by multiples of
    2**61 - 1 have one hash, which makes a dict of them take minutes to build.
    """
    return type(value) is int and value.bit_length() <= INTEGER_BITS


def is_text(value: Any) -> bool:
    """Tell whether `value` is a str that can be encoded: a lone surrogate breaks whoever writes it later."""
    if type(value) is not str:
        return False
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False
