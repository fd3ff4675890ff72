"""The rules for names, the same for zips and folders: places, spelling and clashes."""

import re
from collections.abc import Collection, Iterable, Sequence
from unicodedata import normalize

from grader.intake.limits import Limits
from grader.intake.refusal import Refused, printable
from grader.intake.rule import Rule

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_UNDECODED = re.compile("[\ud800-\udfff]")
_NUMBERED = (*"123456789", "\xb9", "\xb2", "\xb3")  # Windows takes the raised digits as well
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {port + n for port in ("com", "lpt") for n in _NUMBERED}
)


def check_characters(name: str) -> None:
    """Refuse a name with characters that nobody can see, also among junk."""
    if not name.isprintable() and _CONTROL.search(name):
        raise Refused(Rule.NO_CONTROL, name, "has control characters or marks of direction in its name")


def check_name(path: str, limits: Limits) -> None:
    """Refuse a path that is no name for a file or folder of a project."""
    if not path.isascii() and _UNDECODED.search(path):
        raise Refused(Rule.UTF8_NAMES, path, "has a name that is not UTF-8")
    parts = path.split("/")
    _check_portable(path, parts)
    length = len(path.encode())
    if length > limits.path_bytes:
        message = f"has a path of {length:,} bytes, {limits.path_bytes:,} are allowed"
        raise Refused(Rule.PATH_LENGTH, path, message)
    if len(parts) > limits.depth:
        message = f"lies {len(parts)} levels deep, {limits.depth} are allowed"
        raise Refused(Rule.PATH_LENGTH, path, message)


def check_clashes(files: Iterable[str], folders: Collection[str]) -> None:
    """Refuse two entries that become one, here or on a system with other rules for names."""
    seen: set[str] = set()
    for file in files:
        if file in seen:
            raise Refused(Rule.NO_CLASH, file, "is in the archive twice")
        seen.add(file)
    every_folder = _with_parents(folders, seen)
    for both in sorted(seen & every_folder):
        raise Refused(Rule.NO_CLASH, both, "is a file and a folder at once")
    _check_spellings(seen | every_folder)


def _check_portable(path: str, parts: Sequence[str]) -> None:
    for part in parts:
        if part.endswith((".", " ")):
            raise Refused(Rule.PORTABLE_NAMES, path, "has a name that ends in a dot or a space")
        if part.partition(".")[0].rstrip(" ").lower() in _DEVICES:
            raise Refused(Rule.PORTABLE_NAMES, path, "has the name of a Windows device")


def _with_parents(folders: Iterable[str], files: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in [*(f"{folder}/" for folder in folders), *files]:
        above = path.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def _check_spellings(paths: Iterable[str]) -> None:
    spelled: dict[str, str] = {}
    for path in sorted(paths):
        other = spelled.setdefault(_fold(path), path)
        if other != path:
            message = f'differs from "{printable(other)}" only in case or Unicode form'
            raise Refused(Rule.NO_CLASH, path, message)


def _fold(path: str) -> str:
    if path.isascii():
        return path.lower()
    return normalize("NFKC", normalize("NFKC", path).casefold())
