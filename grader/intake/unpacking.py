"""Compressed streams, as they stand around tar archives: unpacked in memory, never past the limit."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

from grader.intake.limits import Limits
from grader.intake.refusal import Refused
from grader.intake.rule import Rule

_GZIP = zlib.MAX_WBITS | 16
_MOST_MEMORY = 128 << 20  # that the dictionary of an xz stream may take


class _Stream(Protocol):
    """The methods that all decompressors of the standard library have."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


_KINDS: dict[bytes, tuple[str, Callable[[], _Stream]]] = {
    b"\x1f\x8b": ("a gzip file", lambda: zlib.decompressobj(_GZIP)),
    b"BZh": ("a bzip2 file", bz2.BZ2Decompressor),
    b"\xfd7zXZ\x00": ("an xz file", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)),
}


def compression(data: bytes) -> str | None:
    """Return the kind of compressed file that bytes begin like, or None."""
    return next((kind for mark, (kind, _) in _KINDS.items() if data.startswith(mark)), None)


def decompress(data: bytes, limits: Limits) -> bytes:
    """Return the content of a gzip, bzip2 or xz stream; other `data` unchanged. Raises Refused."""
    for mark, (kind, make) in _KINDS.items():
        if data.startswith(mark):
            return _decompress(make(), kind, data, limits)
    return data


def _decompress(stream: _Stream, kind: str, data: bytes, limits: Limits) -> bytes:
    try:
        content = stream.decompress(data, limits.unpacked_bytes + 1)
    except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
        raise Refused(Rule.NOT_A_ZIP, None, f"the upload is {kind} that cannot be unpacked") from error
    if len(content) > limits.unpacked_bytes:
        message = f"the archive unpacks to more than the {limits.unpacked_bytes:,} bytes that are allowed"
        raise Refused(Rule.TOTAL_SIZE, None, message)
    if not stream.eof:
        raise Refused(Rule.DAMAGED, None, "the archive is cut off")
    if stream.unused_data.strip(b"\0"):
        message = f"{len(stream.unused_data):,} bytes follow the archive's end"
        raise Refused(Rule.NO_GARBAGE, None, message)
    return content
