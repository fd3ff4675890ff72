"""The directory of a zip archive, parsed by hand: its end record and its entries.

One strict reader stands in for `zipfile`, whose leniency differs between Python versions. Programs read a zip
by its directory or from its first byte on. This reader refuses an archive in which the two could differ.
"""

from struct import Struct
from typing import NamedTuple

from grader.intake.extra import ZIP64, check_unicode_name, extra_fields
from grader.intake.limits import Limits, check_directory_size, check_entry_count, check_upload
from grader.intake.refusal import Refused
from grader.intake.rule import Rule
from grader.intake.spelling import UTF8_FLAG, decode_name

LOCAL_MARK = b"PK\x03\x04"
_CENTRAL_MARK = b"PK\x01\x02"
_END_MARK = b"PK\x05\x06"
_ZIP64_LOCATOR_MARK = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
# mark, disk, disk of the directory, entries here, entries, directory size, directory offset, comment length
_END = Struct("<4sHHHHLLH")
# mark, flags, method, crc, packed size, size, lengths of name, extra and comment, disk, attributes, offset
_CENTRAL = Struct("<4s4xHH4xLLLHHHH2xLL")
_MOST_COMMENT_BYTES = 0xFFFF
_ZIP64_SHORT = 0xFFFF
_ZIP64_LONG = 0xFFFFFFFF

ENCRYPTION_FLAGS = 0x2041  # traditional, strong, and masked headers
_OTHER_KINDS = {
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"%PDF": "a PDF document",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
}


class ZipEntry(NamedTuple):
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


class EndRecord(NamedTuple):
    """The end record: where it stands, and the rows, bytes and begin of the directory."""

    at: int
    rows: int
    size: int
    start: int


def read_directory(data: bytes, limits: Limits) -> tuple[list[ZipEntry], EndRecord]:
    """Return the entries that the directory lists, and its end record. Raises Refused."""
    check_upload(len(data), limits)
    end = _end_record(data)
    check_entry_count(end.rows, limits)
    check_directory_size(end.size, limits)
    return _entries(data, end), end


def _end_record(data: bytes) -> EndRecord:
    tail = max(0, len(data) - _END.size - _MOST_COMMENT_BYTES)
    at = data.rfind(_END_MARK, tail)
    if at < 0 or len(data) - at < _END.size:
        raise _not_a_zip(data)
    _check_only_end(data, tail, at)
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
    return EndRecord(at, count, size, start)


def _check_only_end(data: bytes, tail: int, last: int) -> None:
    """Refuse an archive with an earlier end record that is as good as the `last` one."""
    at = data.find(_END_MARK, tail)
    while at < last:
        *_, comment = _END.unpack_from(data, at)
        if at + _END.size + comment == len(data):
            raise Refused(Rule.NO_GARBAGE, None, "the archive's comment holds a second end record")
        at = data.find(_END_MARK, at + 1)


def _not_a_zip(data: bytes) -> Refused:
    if data.startswith(LOCAL_MARK):
        return Refused(Rule.DAMAGED, None, "the archive is cut off: its end is missing")
    if not data:
        return Refused(Rule.NOT_A_ZIP, None, "the upload is empty")
    kinds = (kind for mark, kind in _OTHER_KINDS.items() if data.startswith(mark))
    text = ", but text, such as a single module" if _is_text(data) else ""
    kind = next(kinds, f"not a zip archive{text}")
    return Refused(Rule.NOT_A_ZIP, None, f"the upload is {kind}")


def _is_text(data: bytes) -> bool:
    try:
        return data.decode().replace("\n", " ").replace("\r", " ").replace("\t", " ").isprintable()
    except UnicodeDecodeError:
        return False


def _check_ends(data: bytes, stop: int, gap: int) -> None:
    """Refuse bytes outside the archive's own records; `gap` is the space between directory and end record."""
    if stop > len(data) or gap < 0:
        raise Refused(Rule.DAMAGED, None, "the archive is cut off: its end record points outside of it")
    if stop < len(data):
        raise Refused(Rule.NO_GARBAGE, None, f"{len(data) - stop:,} bytes follow the archive's end")
    if gap > 0:
        message = f"{gap:,} bytes that belong to no entry stand before or inside the archive"
        raise Refused(Rule.NO_GARBAGE, None, message)


def _entries(data: bytes, end: EndRecord) -> list[ZipEntry]:
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


def _entry(data: bytes, at: int) -> tuple[ZipEntry, int]:
    """Return the entry whose row begins at `at`, and where the next row begins."""
    fields = _CENTRAL.unpack_from(data, at)
    mark, flags, method, crc, packed, size, name_length, extra, comment, disk, attributes, start = fields
    if mark != _CENTRAL_MARK:
        raise Refused(Rule.DAMAGED, None, "the archive's directory has a row without its mark")
    name_start = at + _CENTRAL.size
    raw_name = data[name_start : name_start + name_length]
    name = decode_name(raw_name, is_utf8=bool(flags & UTF8_FLAG))
    if _ZIP64_LONG in (packed, size, start) or disk == _ZIP64_SHORT:
        raise Refused(Rule.NO_ZIP64, name, "has a zip64 record")
    if disk:
        raise Refused(Rule.ONE_PIECE, name, "lies on another part of a split archive")
    name = _unicode_name(data[name_start + name_length : name_start + name_length + extra], raw_name, name)
    entry = ZipEntry(name, raw_name, flags, method, crc, packed, size, attributes >> 16, start)
    return entry, name_start + name_length + extra + comment


def _unicode_name(extra: bytes, raw_name: bytes, name: str) -> str:
    """Return the name that an extra field spells in UTF-8, or the one that the entry has without it."""
    fields = list(extra_fields(extra, name))
    if any(kind == ZIP64 for kind, _ in fields):
        raise Refused(Rule.NO_ZIP64, name, "has a zip64 record")
    return check_unicode_name(fields, raw_name, name)
