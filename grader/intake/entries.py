"""The entries of an archive as they stand in it: each has its own header, its content and maybe a descriptor.

Entries follow one another without a gap, from the first byte of the archive to its directory, and each header
says the same as the directory. So a program that reads from the first byte on finds the same files.
"""

from collections.abc import Sequence
from operator import itemgetter
from struct import Struct
from typing import NamedTuple

from grader.intake.directory import LOCAL_MARK, EndRecord, ZipEntry
from grader.intake.extra import ZIP64, check_unicode_name, extra_fields
from grader.intake.refusal import Refused, printable
from grader.intake.rule import Rule

# mark, flags, method, crc, packed size, size, lengths of name and extra
_HEADER = Struct("<4s2xHH4xLLLHH")
DESCRIPTOR_MARK = b"PK\x07\x08"
# crc, packed size, size; the sizes are longer where the header has a zip64 field
_DESCRIPTORS = (Struct("<LLL"), Struct("<LQQ"))
_ZIP64_LONG = 0xFFFFFFFF
_SIZES = Struct("<QQ")
STREAMED_FLAG = 0x8  # crc and sizes stand in a descriptor behind the content
_LEVEL_FLAGS = 0x6  # how hard the packer tried; no reader needs it


class _Header(NamedTuple):
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int


def check_entries(data: bytes, entries: Sequence[ZipEntry], end: EndRecord) -> None:
    """Refuse an archive unless its entries, and nothing else, fill it up to its directory."""
    spans = [(entry.start, _content_end(data, entry, end), entry) for entry in entries]
    at = 0
    before: ZipEntry | None = None
    for start, stop, entry in sorted(spans, key=itemgetter(0)):
        if start < at and before is not None:
            raise Refused(Rule.NO_OVERLAP, entry.name, f'shares bytes with "{printable(before.name)}"')
        _check_gap(data, before, at, start)
        at, before = stop, entry
    _check_gap(data, before, at, end.start)


def content_start(data: bytes, entry: ZipEntry) -> int:
    """Return where the packed bytes of an entry begin."""
    *_, name_length, extra_length = _HEADER.unpack_from(data, entry.start)
    return entry.start + _HEADER.size + int(name_length) + int(extra_length)


def _content_end(data: bytes, entry: ZipEntry, end: EndRecord) -> int:
    """Return where the packed bytes of an entry end, once its own header agrees with the directory."""
    if entry.start + _HEADER.size > end.start:
        raise Refused(Rule.DAMAGED, entry.name, "lies outside the archive")
    mark, *fields, name_length, extra_length = _HEADER.unpack_from(data, entry.start)
    if mark != LOCAL_MARK:
        raise Refused(Rule.DAMAGED, entry.name, "has no header where the directory says")
    name_start = entry.start + _HEADER.size
    extra_start = name_start + name_length
    stop: int = extra_start + extra_length + entry.packed_size
    if stop > end.start:
        raise Refused(Rule.DAMAGED, entry.name, "reaches past the end of the archive's files")
    if data[name_start:extra_start] != entry.raw_name:
        raise Refused(Rule.HEADERS_AGREE, entry.name, "has another name in its own header")
    _check_header(_Header(*fields), data[extra_start : extra_start + extra_length], entry)
    return stop


def _check_header(header: _Header, extra: bytes, entry: ZipEntry) -> None:
    """Refuse an entry whose own header differs from the directory.

    The header of a streamed entry may leave out each number that its program did not know yet.
    """
    fields = list(extra_fields(extra, entry.name))
    if check_unicode_name(fields, entry.raw_name, entry.name) != entry.name:
        raise Refused(Rule.HEADERS_AGREE, entry.name, "has another name in its own header")
    if header.method != entry.method or (header.flags ^ entry.flags) & ~_LEVEL_FLAGS:
        raise Refused(Rule.HEADERS_AGREE, entry.name, "is packed in another way by its own header")
    unknown = {0} if entry.flags & STREAMED_FLAG else set()
    sizes = [(header.packed_size, header.size), *_long_sizes(fields, header, entry)]
    known = {entry.packed_size, *unknown, _ZIP64_LONG}, {entry.size, *unknown, _ZIP64_LONG}
    if any(packed not in known[0] or size not in known[1] for packed, size in sizes):
        raise Refused(Rule.HEADERS_AGREE, entry.name, "has other sizes in its own header")
    if header.crc not in {entry.crc, *unknown}:
        raise Refused(Rule.HEADERS_AGREE, entry.name, "has another checksum in its own header")


def _long_sizes(
    fields: Sequence[tuple[int, bytes]], header: _Header, entry: ZipEntry
) -> list[tuple[int, int]]:
    """Return the sizes in the header's zip64 field, which a program writes before it knows the size."""
    contents = [content for kind, content in fields if kind == ZIP64]
    needs_one = _ZIP64_LONG in {header.packed_size, header.size}
    if len(contents) > 1 or (needs_one and not contents) or any(len(c) != _SIZES.size for c in contents):
        raise Refused(Rule.NO_ZIP64, entry.name, "has a zip64 record that does not fit its header")
    return [(packed, size) for size, packed in map(_SIZES.unpack, contents)]


def _check_gap(data: bytes, before: ZipEntry | None, start: int, stop: int) -> None:
    """Refuse bytes between two entries, unless they are the descriptor of the first one."""
    if start == stop or (before is not None and _is_descriptor(data[start:stop], before)):
        return
    if before is not None and before.flags & STREAMED_FLAG:
        raise Refused(Rule.HEADERS_AGREE, before.name, "has other sizes, or more bytes, behind its content")
    place = f'behind "{printable(before.name)}"' if before else "before the first entry"
    raise Refused(Rule.NO_GARBAGE, None, f"{stop - start:,} bytes that belong to no entry stand {place}")


def _is_descriptor(gap: bytes, entry: ZipEntry) -> bool:
    """Tell whether bytes behind a streamed entry agree with the directory; their mark is optional."""
    if not entry.flags & STREAMED_FLAG:
        return False
    stated = (entry.crc, entry.packed_size, entry.size)
    return gap in {mark + form.pack(*stated) for mark in (b"", DESCRIPTOR_MARK) for form in _DESCRIPTORS}
