"""A zip archive: from its bytes to a submission, in memory, with every check before the first unpacking."""

import stat
import zlib
from collections.abc import Iterator
from hashlib import sha256

from grader.core.submission import Submission
from grader.intake.directory import ENCRYPTION_FLAGS, LOCAL_MARK, ZipEntry, read_directory
from grader.intake.entries import DESCRIPTOR_MARK, STREAMED_FLAG, check_entries, content_start
from grader.intake.item import Item
from grader.intake.limits import DEFAULT_LIMITS, Limits, check_size
from grader.intake.name_rules import check_characters, check_clashes
from grader.intake.refusal import Refused
from grader.intake.rule import Rule
from grader.intake.spelling import plain_path
from grader.intake.upload_layout import lay_out

_STORED = 0
_DEFLATED = 8
_PATCH_FLAG = 0x20
_RAW_DEFLATE = -zlib.MAX_WBITS


def read_zip(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Submission:
    """Return the project inside a zip archive; raise `Refused` when the archive breaks a rule."""
    entries, end = read_directory(data, limits)
    check_entries(data, entries, end)
    listed = [(item, entry) for entry in entries if (item := _item(entry)).path]
    layout = lay_out((item for item, _ in listed), limits)
    files = {item.path: entry for item, entry in listed}
    contents = {path.removeprefix(layout.top): _content(data, files[path]) for path in layout.kept}
    for entry in entries:
        _check_streamed(data, entry, limits)
    return Submission(sha256(data).hexdigest(), contents, layout.dropped)


def file_names(data: bytes, limits: Limits) -> list[str]:
    """Return the paths of the files that a zip lists. Raises Refused."""
    entries, _ = read_directory(data, limits)
    return [item.path for item in map(_item, entries) if not item.is_folder]


def unpack_zip(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each plain file in a zip that is no submission itself. Raises Refused."""
    entries, end = read_directory(data, limits)
    check_entries(data, entries, end)
    listed = [(item, entry) for entry in entries if (item := _item(entry)).path]
    files = [(item, entry) for item, entry in listed if not item.is_folder]
    check_clashes([item.path for item, _ in files], {item.path for item, _ in listed if item.is_folder})
    check_size(sum(item.size for item, _ in files), limits)
    for item, entry in files:
        if stat.S_IFMT(item.mode) in {0, stat.S_IFREG}:
            yield item.path, _content(data, entry)


def _item(entry: ZipEntry) -> Item:
    """Return an entry by its plain path. Raises Refused for an entry that even junk may not be."""
    is_folder = entry.name.endswith(("/", "\\"))
    if entry.flags & ENCRYPTION_FLAGS:
        raise Refused(Rule.NO_ENCRYPTION, entry.name, "is encrypted")
    if entry.method not in {_STORED, _DEFLATED} or entry.flags & _PATCH_FLAG:
        raise Refused(Rule.METHOD, entry.name, f"is packed by method {entry.method}")
    if entry.method == _STORED and entry.packed_size != entry.size:
        raise Refused(Rule.DAMAGED, entry.name, "is stored but declares two sizes")
    if is_folder and entry.size:
        raise Refused(Rule.DAMAGED, entry.name.rstrip("/\\"), "is a folder but declares a size")
    if not is_folder and stat.S_ISDIR(entry.mode):
        raise Refused(Rule.DAMAGED, entry.name, "is a folder by its mode and a file by its name")
    check_characters(entry.name)
    path = plain_path(entry.name, is_folder=is_folder)
    return Item(path, is_folder, entry.mode, entry.size, entry.packed_size)


def _content(data: bytes, entry: ZipEntry) -> bytes:
    """Unpack one file, never past its declared size, which the limits have let through."""
    packed = _packed_bytes(data, entry)
    content = packed if entry.method == _STORED else _inflate(packed, entry)
    if len(content) != entry.size:
        raise Refused(Rule.DAMAGED, entry.name, "does not have the size that it declares")
    if zlib.crc32(content) != entry.crc:
        raise Refused(Rule.DAMAGED, entry.name, "does not match its checksum")
    return content


def _check_streamed(data: bytes, entry: ZipEntry, limits: Limits) -> None:
    """Refuse a streamed entry that could hide others.

    A program that reads from the first byte on finds the end of such an entry by its content. Content without
    the mark of a header or a descriptor hides nothing, so that hardly any is unpacked for this.
    """
    if not entry.flags & STREAMED_FLAG:
        return
    packed = _packed_bytes(data, entry)
    if LOCAL_MARK not in packed and DESCRIPTOR_MARK not in packed:
        return
    if entry.method == _STORED or entry.size > limits.total_bytes:
        raise Refused(Rule.NO_GARBAGE, entry.name, "contains bytes that read like another entry")
    _inflate(packed, entry)


def _packed_bytes(data: bytes, entry: ZipEntry) -> bytes:
    start = content_start(data, entry)
    return data[start : start + entry.packed_size]


def _inflate(packed: bytes, entry: ZipEntry) -> bytes:
    stream = zlib.decompressobj(_RAW_DEFLATE)
    try:
        content = stream.decompress(packed, entry.size + 1)
    except zlib.error as error:
        raise Refused(Rule.DAMAGED, entry.name, "cannot be unpacked") from error
    if (not stream.eof and len(content) <= entry.size) or stream.unused_data:
        raise Refused(Rule.DAMAGED, entry.name, "is cut off, or longer than its packed data")
    return content
