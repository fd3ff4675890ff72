"""A folder on disk: read into a submission under the rules that an archive of it would meet."""

import os
import stat
from collections.abc import Mapping
from hashlib import sha256
from itertools import chain, islice
from operator import attrgetter
from pathlib import Path

from grader.core.submission import Submission
from grader.intake.entry_kind import check_kind
from grader.intake.item import Item
from grader.intake.junk import junk_root
from grader.intake.limits import DEFAULT_LIMITS, Limits, check_entry_count
from grader.intake.name_rules import check_characters
from grader.intake.refusal import Refused
from grader.intake.room import check_room
from grader.intake.rule import Rule
from grader.intake.upload_layout import lay_out

_HASH_MARK = b"grader folder 1\n"
_LENGTH_BYTES = 8
_OPEN_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


def read_folder(path: Path, limits: Limits = DEFAULT_LIMITS) -> Submission:
    """Return the project in a folder; raise `Refused` when the folder breaks a rule.

    A path that does not exist or is no folder is the caller's mistake and raises Python's own error.
    """
    layout = lay_out(_walk(path, limits), limits)
    read = {name: _content(path, name, limits) for name in layout.kept}
    check_room([Item.file(name, len(content)) for name, content in read.items()], limits, layout.top)
    contents = {name.removeprefix(layout.top): content for name, content in read.items()}
    return Submission(_hash(contents), contents, layout.dropped)


def _walk(root: Path, limits: Limits) -> list[Item]:
    """Return all files and folders below the root, except those in junk folders."""
    found: list[Item] = []
    pending = [""]
    while pending:
        for item in _children(root, pending.pop(), limits):
            found.append(item)
            if item.is_folder and not junk_root(item.path, is_folder=True):
                pending.append(item.path)
            check_entry_count(len(found), limits)
    return found


def _children(root: Path, above: str, limits: Limits) -> list[Item]:
    """Return the content of one folder below the root, in order, without following links."""
    try:
        with os.scandir(root / above) as scan:
            items = sorted(islice(scan, limits.entries + 1), key=attrgetter("name"))
        return [_item(f"{above}/{item.name}".lstrip("/"), item.stat(follow_symlinks=False)) for item in items]
    except OSError as error:
        if not above and isinstance(error, FileNotFoundError | NotADirectoryError):
            raise
        raise _unreadable(above or ".", error) from error


def _item(path: str, status: os.stat_result) -> Item:
    check_characters(path)
    if "\\" in path:  # the file would have another path in a zip
        raise Refused(Rule.NO_ESCAPE, path, "has a backslash, which parts folders on Windows")
    return Item(path, stat.S_ISDIR(status.st_mode), status.st_mode, status.st_size, status.st_size)


def _content(root: Path, name: str, limits: Limits) -> bytes:
    """Read one file, up to the limit, even if it grew or was replaced since the walk."""
    try:
        with os.fdopen(os.open(root / name, _OPEN_FLAGS), "rb") as file:
            check_kind(name, os.fstat(file.fileno()).st_mode)
            return file.read(limits.file_bytes + 1)
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> Refused:
    return Refused(Rule.UNREADABLE, name, f"cannot be read: {error.strerror or type(error).__name__}")


def _hash(contents: Mapping[str, bytes]) -> str:
    """Return the hash of paths and contents, each led by its length so that no two folders share it."""
    digest = sha256(_HASH_MARK)
    for part in chain.from_iterable((path.encode(), content) for path, content in contents.items()):
        digest.update(len(part).to_bytes(_LENGTH_BYTES, "big"))
        digest.update(part)
    return digest.hexdigest()
