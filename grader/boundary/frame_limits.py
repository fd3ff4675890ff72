"""How large a frame may be, and how it begins. It needs no numpy, so that commands start at once."""

import struct
from dataclasses import dataclass

LENGTHS = struct.Struct("!II")


class ProtocolError(Exception):
    """The bytes that came are not a frame that the protocol allows."""


@dataclass(frozen=True)
class FrameLimits:
    """What a frame may measure, checked before anything is allocated for it.

    Attributes: `header` and `buffers` in bytes, and `marks`, how many values the header may hold. To receive
    a frame takes at most memory for the buffers thrice and the header twelve times, and OBJECT_BYTES a value.
    """

    header: int
    buffers: int
    marks: int


OBJECT_BYTES = 250
FROM_STUDENT = FrameLimits(header=4 << 20, buffers=64 << 20, marks=1 << 17)
FROM_GRADER = FrameLimits(header=64 << 20, buffers=1 << 30, marks=1 << 24)
