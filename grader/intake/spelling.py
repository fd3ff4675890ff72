"""Names as programs write them into archives: their bytes become text, and each path has one spelling."""

import re
from contextlib import suppress

from grader.intake.refusal import Refused
from grader.intake.rule import Rule

UTF8_FLAG = 0x800
_SEPARATORS = re.compile(r"[/\\]")
_DRIVE = re.compile("[A-Za-z]:")
_DOS = "cp437"  # what the zip format asks for where no flag says UTF-8; it has a character for every byte
# of one byte a character, so that ASCII stays what it is and no path changes its folders
_CODE_PAGES = ("cp437", "cp850", "cp852", "cp866", "cp1250", "cp1251", "cp1252")


def decode_name(raw: bytes, *, is_utf8: bool) -> str:
    """Return a name as text. Bytes that are not the UTF-8 that they claim to be become lone surrogates.

    Finder and Info-ZIP write UTF-8 without its flag; Windows Explorer writes its code page.
    """
    with suppress(UnicodeDecodeError):
        return raw.decode()
    return raw.decode("utf-8", "surrogateescape") if is_utf8 else raw.decode(_DOS)


def is_spelling(raw: bytes, name: str) -> bool:
    """Tell whether `raw` is how a program on some system writes the name."""
    for code_page in ("utf-8", *_CODE_PAGES):
        with suppress(UnicodeEncodeError):
            if name.encode(code_page) == raw:
                return True
    return False


def plain_path(name: str, *, is_folder: bool) -> str:
    """Return a name as a relative path with forward slashes and without '.' and empty parts. Raises Refused.

    .NET and old PowerShells part folders by backslashes, and tar begins names with './'. A folder may be the
    root itself, whose path is "".
    """
    parts = _SEPARATORS.split(name)
    if not parts[0] and len(parts) > 1:
        raise Refused(Rule.NO_ESCAPE, name, "has an absolute path")
    if ".." in parts:
        raise Refused(Rule.NO_ESCAPE, name, "leaves the archive")
    if not is_folder and parts[-1] in {"", "."}:
        raise Refused(Rule.PLAIN_PATH, name, "has no name of its own")
    kept = [part for part in parts if part not in {"", "."}]
    if kept and _DRIVE.match(kept[0]):
        raise Refused(Rule.NO_ESCAPE, name, "begins like a Windows drive")
    return "/".join(kept)
