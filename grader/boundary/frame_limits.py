"""The limits of a frame, and its first bytes. This module needs no numpy, so that commands start at once."""

import struct
from dataclasses import dataclass

LENGTHS = struct.Struct("!II")


class ProtocolError(Exception):
    """The peer sent a frame that the protocol does not allow."""


@dataclass(frozen=True)
class FrameLimits:
    """The largest frame that one end accepts, checked before any memory is allocated for it.

    Attributes: `header` and `buffers` in bytes, and `marks`, the number of values in the header. To receive a
    frame takes at most three times the buffers, twelve times the header, and OBJECT_BYTES for each value.
    """

    header: int
    buffers: int
    marks: int


OBJECT_BYTES = 250
FROM_STUDENT = FrameLimits(header=4 << 20, buffers=64 << 20, marks=1 << 17)
FROM_GRADER = FrameLimits(header=64 << 20, buffers=1 << 30, marks=1 << 24)
