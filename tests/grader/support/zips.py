"""Zips made by hand, so that every field can lie."""

import struct
import zlib
from dataclasses import dataclass
from functools import cache

STORED = 0
DEFLATED = 8
UTF8 = 0x800
STREAMED = 0x8
ENCRYPTED = 0x1
LINK = 0o120777
ADAPTERS = "tests/adapters.py"
VENV = "hw/.venv/lib/python3.11/site-packages/numpy/module_{}.py"


@dataclass(frozen=True)
class Row:
    """One entry; None is worked out from the rest, and `local_*` speaks for its own header."""

    name: str | bytes
    content: bytes = b"x = 1\n"
    method: int = DEFLATED
    flags: int | None = None
    mode: int = 0o100644
    crc: int | None = None
    size: int | None = None
    packed: bytes | None = None
    packed_size: int | None = None
    start: int | None = None
    disk: int = 0
    extra: bytes = b""
    local_name: bytes | None = None
    local_method: int | None = None
    local_flags: int | None = None
    local_extra: bytes = b""
    local_crc: int | None = None
    local_size: int | None = None
    local_packed_size: int | None = None
    descriptor: bytes = b""


@dataclass(frozen=True)
class Zip:
    """An archive of rows; the fields override the true values of its end record."""

    rows: tuple[Row, ...]
    comment: bytes = b""
    count: int | None = None
    disk: int = 0
    directory_start: int | None = None
    directory_size: int | None = None
    before_end: bytes = b""

    def __bytes__(self):
        body, directory = bytearray(), bytearray()
        for row in self.rows:
            directory += central(row, len(body) if row.start is None else row.start)
            body += local(row)
        count = len(self.rows) if self.count is None else self.count
        size = len(directory) if self.directory_size is None else self.directory_size
        start = len(body) if self.directory_start is None else self.directory_start
        record = (b"PK\x05\x06", self.disk, self.disk, count, count, size, start, len(self.comment))
        return bytes(body + directory + self.before_end) + struct.pack("<4s4H2LH", *record) + self.comment


def raw(row):
    """Return a name as the bytes that stand in the archive."""
    return row.name.encode() if isinstance(row.name, str) else row.name


def flags(row):
    """Return the flags of a row: UTF-8 is marked where it is needed."""
    utf8 = UTF8 if isinstance(row.name, str) and not row.name.isascii() else 0
    return utf8 if row.flags is None else row.flags


def packed(row):
    """Return the bytes that stand for the content."""
    if row.packed is not None:
        return row.packed
    return deflated(row.content) if row.method == DEFLATED else row.content


@cache
def deflated(content):
    """Return content as a raw deflate stream."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(content) + stream.flush()


def sizes(row):
    """Return checksum, packed size and size, as the headers declare them."""
    crc = zlib.crc32(row.content) if row.crc is None else row.crc
    packed_size = len(packed(row)) if row.packed_size is None else row.packed_size
    return crc, packed_size, len(row.content) if row.size is None else row.size


def local(row):
    """Return an entry with its own header."""
    name = raw(row) if row.local_name is None else row.local_name
    method = row.method if row.local_method is None else row.local_method
    said = (row.local_crc, row.local_packed_size, row.local_size)
    declared = [true if lie is None else lie for lie, true in zip(said, sizes(row), strict=True)]
    marked = flags(row) if row.local_flags is None else row.local_flags
    header = (b"PK\x03\x04", 20, marked, method, 0, 0x21, *declared, len(name), len(row.local_extra))
    return struct.pack("<4s5H3L2H", *header) + name + row.local_extra + packed(row) + row.descriptor


def central(row, start):
    """Return an entry's row in the directory."""
    name = raw(row)
    head = (b"PK\x01\x02", 0x0314, 20, flags(row), row.method, 0, 0x21, *sizes(row))
    tail = (len(name), len(row.extra), 0, row.disk, 0, row.mode << 16, start)
    return struct.pack("<4s6H3L", *head) + struct.pack("<5H2L", *tail) + name + row.extra


def descriptor(row, mark=b"PK\x07\x08", form="<LLL"):
    """Return the bytes behind the content of a streamed entry."""
    return mark + struct.pack(form, *sizes(row))


def streamed(name, content=b"x = 1\n", mark=b"PK\x07\x08", form="<LLL", **fields):
    """Return an entry whose header leaves its sizes to a descriptor."""
    row = Row(name, content, flags=STREAMED, **fields)
    header = {"local_crc": 0, "local_size": 0, "local_packed_size": 0}
    return Row(name, content, flags=STREAMED, descriptor=descriptor(row, mark, form), **header, **fields)


def zipped(*rows, **end):
    """Return the bytes of an archive; a plain name stands for an ordinary file."""
    return bytes(Zip(tuple(row if isinstance(row, Row) else Row(row) for row in rows), **end))


def project(*rows, **end):
    """Return the bytes of an archive that holds tests/adapters.py and, behind it, the rows."""
    return zipped(ADAPTERS, *rows, **end)


def crowd(count, name):
    """Return that many small rows, with their number in the name."""
    return [Row(name.format(number), method=STORED) for number in range(count)]
