"""Source: the bytes of a module become text and code, or an error with advice."""

import codecs
import sys
from importlib.util import decode_source
from types import CodeType

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def decode_module(content: bytes, path: str) -> str:
    """Return a module's source as text. Raises SyntaxError for bytes that are no text of their encoding."""
    if content.startswith(_UTF16) or b"\0" in content:
        kind = "is UTF-16" if content.startswith(_UTF16) or _is_half_null(content) else "contains null bytes"
        raise SyntaxError(f"{path} {kind}: save the file as UTF-8")
    try:
        return decode_source(content)
    except (SyntaxError, UnicodeDecodeError, LookupError) as unreadable:
        raise SyntaxError(f"{path} cannot be decoded: {unreadable}; save the file as UTF-8") from None


def compile_source(source: str, path: str) -> CodeType:
    """Return a module's code. Raises SyntaxError, which names the version of Python."""
    try:
        return compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        error.msg = f"{error.msg} [Python {VERSION}]"
        raise


def _is_half_null(content: bytes) -> bool:
    """Tell whether bytes look like UTF-16 without its mark: every second one of plain English is null."""
    return content.count(b"\0") * 3 > len(content)
