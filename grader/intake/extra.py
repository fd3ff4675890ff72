"""The extra fields of a zip header: additions of a program to an entry's name, size and times.

Most are harmless (times, owners, padding). Two can make programs read an archive in different ways: a second
size (zip64) and a second name (Unicode path).
"""

from collections.abc import Iterable, Iterator
from struct import Struct

from grader.intake.refusal import Refused
from grader.intake.rule import Rule
from grader.intake.spelling import is_spelling

ZIP64 = 0x0001
_UNICODE_NAME = 0x7075
_HEAD = Struct("<HH")  # kind, length
_BEFORE_NAME = 5  # bytes: a version and the checksum of the other name

Field = tuple[int, bytes]


def extra_fields(extra: bytes, name: str) -> Iterator[Field]:
    """Yield each field as its kind and its content. Raises Refused.

    Fewer bytes than a field's head are padding, which some programs add to align the content behind it.
    """
    at = 0
    while at + _HEAD.size <= len(extra):
        kind, length = _HEAD.unpack_from(extra, at)
        at += _HEAD.size
        if at + length > len(extra):
            raise Refused(Rule.DAMAGED, name, "has an extra field that is longer than its header")
        yield kind, extra[at : at + length]
        at += length


def check_unicode_name(fields: Iterable[Field], raw_name: bytes, name: str) -> str:
    """Return the name in its Unicode path field, or `name` without one. Raises Refused.

    The field must spell the same name: programs write it beside a name in their system's code page.
    """
    for kind, content in fields:
        if kind != _UNICODE_NAME:
            continue
        try:
            spelled = content[_BEFORE_NAME:].decode()
        except UnicodeDecodeError:
            spelled = ""
        if not is_spelling(raw_name, spelled):
            raise Refused(Rule.HEADERS_AGREE, name, "has another name in its Unicode path field")
        name = spelled
    return name
