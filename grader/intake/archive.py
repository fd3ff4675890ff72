"""A zip archive: from its bytes to a submission, in memory, with every check before the first unpacking."""

import stat
import zlib
from hashlib import sha256

from grader.core.submission import Submission
from grader.intake.directory import ENCRYPTION_FLAGS, LOCAL_MARK, Entry, read_directory
from grader.intake.entries import DESCRIPTOR_MARK, STREAMED_FLAG, check_entries, content_start
from grader.intake.junk import junk_root
from grader.intake.kind import check_kind
from grader.intake.layout import Listing, lay_out
from grader.intake.limits import DEFAULT_LIMITS, Limits, check_sizes
from grader.intake.names import check_name, check_path
from grader.intake.refusal import Refused
from grader.intake.rule import Rule

_STORED = 0
_DEFLATED = 8
_PATCH_FLAG = 0x20
_RAW_DEFLATE = -zlib.MAX_WBITS


def read_archive(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Submission:
    """Return the project inside a zip archive; raise `Refused` when the archive breaks a rule."""
    entries, end = read_directory(data, limits)
    check_entries(data, entries, end)
    listing, files = _listed(entries, limits)
    layout = lay_out(listing)
    kept = {name.removeprefix(layout.top): files[name] for name in layout.kept}
    check_sizes({entry.name: entry.size for entry in kept.values()}, limits)
    for entry in kept.values():
        _check_ratio(entry, limits)
    contents = {path: _content(data, entry) for path, entry in kept.items()}
    for entry in entries:
        _check_streamed(data, entry, limits)
    return Submission(sha256(data).hexdigest(), contents, layout.dropped)


def _listed(entries: list[Entry], limits: Limits) -> tuple[Listing, dict[str, Entry]]:
    """Sort entries into files, folders and junk, and check each by what it is."""
    files: list[Entry] = []
    folders: set[str] = set()
    junk: set[str] = set()
    for entry in entries:
        path = entry.name.removesuffix("/")
        is_folder = path != entry.name
        root = junk_root(path, is_folder=is_folder)
        _check_entry(entry, path, is_junk=root is not None)
        if root:
            junk.add(root)
            continue
        check_name(path, limits)
        if is_folder:
            folders.add(path)
        else:
            files.append(entry)
    return Listing([file.name for file in files], folders, junk), {file.name: file for file in files}


def _check_entry(entry: Entry, path: str, *, is_junk: bool) -> None:
    """Refuse what no entry may be, whether it is kept or left out."""
    if entry.flags & ENCRYPTION_FLAGS:
        raise Refused(Rule.NO_ENCRYPTION, path, "is encrypted")
    if entry.method not in {_STORED, _DEFLATED} or entry.flags & _PATCH_FLAG:
        raise Refused(Rule.METHOD, path, f"is packed by method {entry.method}")
    if entry.method == _STORED and entry.packed_size != entry.size:
        raise Refused(Rule.DAMAGED, path, "is stored but declares two sizes")
    if path != entry.name and entry.size:
        raise Refused(Rule.DAMAGED, path, "is a folder but declares a size")
    if path == entry.name and stat.S_ISDIR(entry.mode):
        raise Refused(Rule.DAMAGED, path, "is a folder by its mode and a file by its name")
    check_path(path)
    check_kind(path, entry.mode, is_junk=is_junk)


def _check_ratio(entry: Entry, limits: Limits) -> None:
    if entry.size > max(limits.ratio_free_bytes, entry.packed_size * limits.ratio):
        message = (
            f"grows from {entry.packed_size:,} to {entry.size:,} bytes, {limits.ratio} times are allowed"
        )
        raise Refused(Rule.RATIO, entry.name, message)


def _content(data: bytes, entry: Entry) -> bytes:
    """Unpack one file, never past its declared size, which the limits have let through."""
    packed = _packed(data, entry)
    content = packed if entry.method == _STORED else _inflated(packed, entry)
    if len(content) != entry.size:
        raise Refused(Rule.DAMAGED, entry.name, "does not have the size that it declares")
    if zlib.crc32(content) != entry.crc:
        raise Refused(Rule.DAMAGED, entry.name, "does not match its checksum")
    return content


def _check_streamed(data: bytes, entry: Entry, limits: Limits) -> None:
    """Refuse a streamed entry that could hide others.

    A program that reads from the first byte on finds the end of such an entry by its content. Content without
    the mark of a header or a descriptor hides nothing, so that hardly any is unpacked for this.
    """
    if not entry.flags & STREAMED_FLAG:
        return
    packed = _packed(data, entry)
    if LOCAL_MARK not in packed and DESCRIPTOR_MARK not in packed:
        return
    if entry.method == _STORED or entry.size > limits.total_bytes:
        raise Refused(Rule.NO_GARBAGE, entry.name, "holds what reads like another entry")
    _inflated(packed, entry)


def _packed(data: bytes, entry: Entry) -> bytes:
    start = content_start(data, entry)
    return data[start : start + entry.packed_size]


def _inflated(packed: bytes, entry: Entry) -> bytes:
    stream = zlib.decompressobj(_RAW_DEFLATE)
    try:
        content = stream.decompress(packed, entry.size + 1)
    except zlib.error as error:
        raise Refused(Rule.DAMAGED, entry.name, "cannot be unpacked") from error
    if (not stream.eof and len(content) <= entry.size) or stream.unused_data:
        raise Refused(Rule.DAMAGED, entry.name, "is cut off, or longer than its packed data")
    return content
