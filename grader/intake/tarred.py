"""A tar archive: from its bytes to a submission, in memory, under the rules that a zip of it would meet.

The standard library parses the headers. An archive that programs read in different ways is refused: one with
sparse files, names that hold for all members, or bytes behind its end.
"""

import io
import tarfile
from collections.abc import Iterator
from hashlib import sha256

from grader.core.submission import Submission
from grader.intake.item import Item
from grader.intake.limits import Limits, check_entry_count
from grader.intake.name_rules import check_characters
from grader.intake.refusal import Refused
from grader.intake.rule import Rule
from grader.intake.spelling import decode_name, plain_path
from grader.intake.upload_layout import lay_out

_MAGIC = slice(257, 262)
_GLOBAL_NAMES = frozenset({"path", "linkpath", "size"})
_SPARSE = "GNU.sparse"
_FOLDER, _FILE, _LINK, _OTHER = 0o040000, 0o100000, 0o120000, 0o010000


def is_tar(data: bytes) -> bool:
    """Tell whether bytes begin like a tar archive of the last thirty years."""
    return data[_MAGIC] == b"ustar"


def read_tar(upload: bytes, data: bytes, limits: Limits) -> Submission:
    """Return the project in a tar archive; `data` is the unpacked `upload`. Raises Refused."""
    members = [(item, member) for member in _members(data, limits) if (item := _item(member)).path]
    layout = lay_out((item for item, _ in members), limits)
    files = {item.path: member for item, member in members}
    contents = {path.removeprefix(layout.top): _content(data, files[path]) for path in layout.kept}
    return Submission(sha256(upload).hexdigest(), contents, layout.dropped)


def _members(data: bytes, limits: Limits) -> list[tarfile.TarInfo]:
    members = []
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errors="surrogateescape") as archive:
            for member in _check_members(archive):
                members.append(member)
                check_entry_count(len(members), limits)
            end = archive.offset
    except (tarfile.TarError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise Refused(Rule.DAMAGED, None, "the tar archive cannot be read") from error
    if end > len(data):
        raise Refused(Rule.DAMAGED, None, "the archive is cut off")
    if data.count(b"\0", end) != len(data) - end:
        raise Refused(Rule.NO_GARBAGE, None, "bytes that belong to no file follow the archive's end")
    return members


def _check_members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the members, unless programs would read them in different ways."""
    for member in archive:
        if _GLOBAL_NAMES & set(archive.pax_headers):
            raise Refused(Rule.HEADERS_AGREE, member.name, "has a name or a size that holds for all members")
        if member.size < 0:
            raise Refused(Rule.DAMAGED, member.name, "declares a negative size")
        if member.issparse() or any(key.startswith(_SPARSE) for key in member.pax_headers):
            raise Refused(Rule.METHOD, member.name, "is a sparse file")
        yield member


def _item(member: tarfile.TarInfo) -> Item:
    name = decode_name(member.name.encode("utf-8", "surrogateescape"), is_utf8=False)
    check_characters(name)
    path = plain_path(name, is_folder=member.isdir())
    return Item(path, member.isdir(), _kind(member), member.size, member.size)


def _kind(member: tarfile.TarInfo) -> int:
    """Return the kind of a member, as the mode bits of a file system."""
    if member.isdir():
        return _FOLDER
    if member.type in {tarfile.REGTYPE, tarfile.AREGTYPE}:
        return _FILE
    return _LINK if member.issym() or member.islnk() else _OTHER


def _content(data: bytes, member: tarfile.TarInfo) -> bytes:
    return data[member.offset_data : member.offset_data + member.size]
