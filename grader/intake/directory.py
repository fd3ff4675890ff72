"""The directory of a zip archive, parsed by hand: its end record, its entries, and the bytes they take.

One strict reader stands in for `zipfile`, whose leniency differs between Python versions; a record that
two zip programs could read in two ways is refused.
"""

from itertools import pairwise
from operator import itemgetter
from struct import Struct
from typing import NamedTuple

from grader.intake.limits import Limits, check_directory_size, check_entry_count, check_upload
from grader.intake.refusal import Refused, shown
from grader.intake.rule import Rule

_LOCAL_MARK = b"PK\x03\x04"
_CENTRAL_MARK = b"PK\x01\x02"
_END_MARK = b"PK\x05\x06"
_ZIP64_LOCATOR_MARK = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
# mark, disk, disk of the directory, entries here, entries, directory size, directory offset, comment length
_END = Struct("<4sHHHHLLH")
# mark, flags, method, crc, packed size, size, lengths of name, extra and comment, disk, attributes, offset
_CENTRAL = Struct("<4s4xHH4xLLLHHHH2xLL")
# mark, flags, method, lengths of name and extra
_LOCAL = Struct("<4s2xHH16xHH")
_MOST_COMMENT_BYTES = 0xFFFF
_ZIP64_SHORT = 0xFFFF
_ZIP64_LONG = 0xFFFFFFFF

ENCRYPTION_FLAGS = 0x2041  # traditional, strong, and masked headers
_OTHER_KINDS = {
    b"\x1f\x8b": "a gzip file",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"%PDF": "a PDF document",
}


class Entry(NamedTuple):
    """One row of the directory. `name` holds bytes that are no text as lone surrogates."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    mode: int
    start: int


class _End(NamedTuple):
    at: int
    rows: int
    size: int
    start: int


def read_directory(data: bytes, limits: Limits) -> list[Entry]:
    """Return the entries of an archive whose records fit together, or refuse it."""
    check_upload(len(data), limits)
    end = _end_record(data)
    check_entry_count(end.rows, limits)
    check_directory_size(end.size, limits)
    entries = _entries(data, end)
    _check_spans(data, entries, end)
    return entries


def data_start(data: bytes, entry: Entry) -> int:
    """Return where the packed bytes of an entry begin."""
    *_, name_length, extra_length = _LOCAL.unpack_from(data, entry.start)
    return entry.start + _LOCAL.size + int(name_length) + int(extra_length)


def _end_record(data: bytes) -> _End:
    at = data.rfind(_END_MARK, max(0, len(data) - _END.size - _MOST_COMMENT_BYTES))
    if at < 0 or len(data) - at < _END.size:
        raise _not_a_zip(data)
    _, disk, directory_disk, count_here, count, size, start, comment = _END.unpack_from(data, at)
    locator = data[max(0, at - _ZIP64_LOCATOR_BYTES) : at]
    if (
        locator.startswith(_ZIP64_LOCATOR_MARK)
        or _ZIP64_SHORT in (disk, count)
        or _ZIP64_LONG in (size, start)
    ):
        raise Refused(Rule.NO_ZIP64, None, "the archive has a zip64 record")
    if (disk, directory_disk, count_here) != (0, 0, count):
        raise Refused(Rule.ONE_PIECE, None, "the archive is a part of a split archive")
    _check_ends(data, at + _END.size + comment, at - start - size)
    return _End(at, count, size, start)


def _not_a_zip(data: bytes) -> Refused:
    if data.startswith(_LOCAL_MARK):
        return Refused(Rule.DAMAGED, None, "the archive is cut off: its end is missing")
    if not data:
        return Refused(Rule.NOT_A_ZIP, None, "the upload is empty")
    kinds = (kind for mark, kind in _OTHER_KINDS.items() if data.startswith(mark))
    return Refused(Rule.NOT_A_ZIP, None, f"the upload is {next(kinds, 'not a zip archive')}")


def _check_ends(data: bytes, stop: int, gap: int) -> None:
    """Refuse what stands outside the archive's own records; `gap` parts the directory from the end record."""
    if stop > len(data) or gap < 0:
        raise Refused(Rule.DAMAGED, None, "the archive is cut off: its end record points outside of it")
    if stop < len(data):
        raise Refused(Rule.NO_GARBAGE, None, f"{len(data) - stop:,} bytes stand behind the archive's end")
    if gap > 0 or not data.startswith((_LOCAL_MARK, _END_MARK)):
        raise Refused(
            Rule.NO_GARBAGE, None, "bytes that belong to no entry stand before or inside the archive"
        )


def _entries(data: bytes, end: _End) -> list[Entry]:
    entries = []
    at = end.start
    for _ in range(end.rows):
        if at + _CENTRAL.size > end.at:
            raise Refused(Rule.DAMAGED, None, "the archive's directory has fewer entries than it declares")
        entry, at = _entry(data, at)
        entries.append(entry)
    if at != end.at:
        raise Refused(Rule.DAMAGED, None, "the archive's directory does not end where its entries do")
    return entries


def _entry(data: bytes, at: int) -> tuple[Entry, int]:
    """Return the entry whose row begins at `at`, and where the next row begins."""
    fields = _CENTRAL.unpack_from(data, at)
    mark, flags, method, crc, packed, size, name_length, extra, comment, disk, attributes, start = fields
    if mark != _CENTRAL_MARK:
        raise Refused(Rule.DAMAGED, None, "the archive's directory has a row without its mark")
    raw_name = data[at + _CENTRAL.size : at + _CENTRAL.size + name_length]
    name = raw_name.decode("utf-8", "surrogateescape")  # Finder and Info-ZIP write UTF-8 without its flag
    if _ZIP64_LONG in (packed, size, start) or disk == _ZIP64_SHORT:
        raise Refused(Rule.NO_ZIP64, name, "has a zip64 record")
    if disk:
        raise Refused(Rule.ONE_PIECE, name, "lies on another part of a split archive")
    entry = Entry(name, raw_name, flags, method, crc, packed, size, attributes >> 16, start)
    return entry, at + _CENTRAL.size + name_length + extra + comment


def _check_spans(data: bytes, entries: list[Entry], end: _End) -> None:
    spans = [(entry.start, _span_end(data, entry, end), entry.name) for entry in entries]
    spans.sort(key=itemgetter(0))
    for (_, stop, first), (start, _, second) in pairwise(spans):
        if stop > start:
            raise Refused(Rule.NO_OVERLAP, second, f'shares bytes with "{shown(first)}"')


def _span_end(data: bytes, entry: Entry, end: _End) -> int:
    """Return where an entry's bytes end, once its own header is known to agree with the directory."""
    if entry.start + _LOCAL.size > end.start:
        raise Refused(Rule.DAMAGED, entry.name, "lies outside the archive")
    mark, flags, method, name_length, extra = _LOCAL.unpack_from(data, entry.start)
    if mark != _LOCAL_MARK:
        raise Refused(Rule.DAMAGED, entry.name, "has no header where the directory says")
    name_start = entry.start + _LOCAL.size
    stop: int = name_start + name_length + extra + entry.packed_size
    if stop > end.start:
        raise Refused(Rule.DAMAGED, entry.name, "reaches past the end of the archive's files")
    if data[name_start : name_start + name_length] != entry.raw_name:
        raise Refused(Rule.HEADERS_AGREE, entry.name, "has another name in its own header")
    if method != entry.method or (flags ^ entry.flags) & ENCRYPTION_FLAGS:
        raise Refused(Rule.HEADERS_AGREE, entry.name, "is packed in another way by its own header")
    return stop
