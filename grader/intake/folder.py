"""A folder on disk: read into a submission under the rules that an archive of it would meet."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, islice
from operator import attrgetter
from pathlib import Path

from grader.core.submission import Submission
from grader.intake.junk import junk_root
from grader.intake.kind import check_kind
from grader.intake.layout import Listing, lay_out
from grader.intake.limits import DEFAULT_LIMITS, Limits, check_entry_count, check_sizes
from grader.intake.names import check_name, check_path
from grader.intake.refusal import Refused
from grader.intake.rule import Rule

_HASH_MARK = b"grader folder 1\n"
_LENGTH_BYTES = 8
_OPEN_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


@dataclass
class _Found:
    """What a walk has found so far: files with their sizes, folders, and where junk begins."""

    sizes: dict[str, int] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    junk: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sizes) + len(self.folders) + len(self.junk)


def read_folder(path: Path, limits: Limits = DEFAULT_LIMITS) -> Submission:
    """Return the project in a folder; raise `Refused` when the folder breaks a rule.

    A path that does not exist or is no folder is the caller's mistake and raises what Python raises.
    """
    found = _found(path, limits)
    layout = lay_out(Listing(list(found.sizes), found.folders, found.junk))
    check_sizes({name: found.sizes[name] for name in layout.kept}, limits)
    read = {name: _content(path, name, limits) for name in layout.kept}
    check_sizes({name: len(content) for name, content in read.items()}, limits)  # it may have grown since
    contents = {name.removeprefix(layout.top): content for name, content in read.items()}
    return Submission(_hash(contents), contents, layout.dropped)


def _found(root: Path, limits: Limits) -> _Found:
    found = _Found()
    pending = [""]
    while pending:
        for path, status in _children(root, pending.pop(), limits):
            if _sort(path, status, found, limits):
                pending.append(path)
            check_entry_count(len(found), limits)
    return found


def _sort(path: str, status: os.stat_result, found: _Found, limits: Limits) -> bool:
    """Put one path where it belongs; return whether it is a folder to walk into."""
    is_folder = stat.S_ISDIR(status.st_mode)
    check_path(path)
    junk = junk_root(path, is_folder=is_folder)
    if junk:
        found.junk.append(junk)
        return False
    check_kind(path, status.st_mode)
    check_name(path, limits)
    if is_folder:
        found.folders.append(path)
    else:
        found.sizes[path] = status.st_size
    return is_folder


def _children(root: Path, above: str, limits: Limits) -> list[tuple[str, os.stat_result]]:
    """Return the paths in one folder below the root, in order, with what they are; links are not followed."""
    try:
        with os.scandir(root / above) as scan:
            items = sorted(islice(scan, limits.entries + 1), key=attrgetter("name"))
        return [(f"{above}/{item.name}".lstrip("/"), item.stat(follow_symlinks=False)) for item in items]
    except OSError as error:
        if not above and isinstance(error, FileNotFoundError | NotADirectoryError):
            raise
        raise _unreadable(above or ".", error) from error


def _content(root: Path, name: str, limits: Limits) -> bytes:
    """Read one file, never more than is allowed even if it grew or was exchanged since the walk."""
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
