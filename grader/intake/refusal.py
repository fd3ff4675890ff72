"""A refusal: the rule that an upload breaks, the entry that breaks it, and advice.

Exception
└── Refused    a rejected upload; it uses no attempt
"""

import re

from grader.intake.rule import Rule

SHOWN_CHARACTERS = 120
_CUT = "..."
_UNDECODED_BYTES = range(0xDC80, 0xDD00)  # where Python's surrogateescape puts bytes that are no text
_UNDECODED_BASE = 0xDC00


class Refused(Exception):  # noqa: N818 - it is a verdict on an upload, not an error of the grader
    """A rejected upload: it breaks `rule`, by `entry` where one entry is to blame.

    With an entry, `message` continues the sentence that the entry's name begins. Names that stand in it
    must have gone through `printable`; `entry` itself is put through it here.
    """

    def __init__(self, rule: Rule, entry: str | None, message: str) -> None:
        self.rule = rule
        self.entry = None if entry is None else printable(entry)
        self.message = message
        super().__init__(rule, self.entry, message)

    def __str__(self) -> str:
        subject = "" if self.entry is None else f'entry "{self.entry}" '
        return f"refused: {subject}{self.message} (rule: {self.rule}). {self.rule.advice}"


def printable(name: str) -> str:
    """Return a hostile name as text that is safe to print: escaped, and its middle cut out when long."""
    ends = name if len(name) <= 2 * SHOWN_CHARACTERS else name[:SHOWN_CHARACTERS] + name[-SHOWN_CHARACTERS:]
    text = re.sub(r'[^ -~]|"', _escape, ends)
    half = (SHOWN_CHARACTERS - len(_CUT)) // 2
    return text if len(text) <= SHOWN_CHARACTERS else text[:half] + _CUT + text[-half:]


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character == '"':
        return "\\x22"
    if code in _UNDECODED_BYTES:
        return f"\\x{code - _UNDECODED_BASE:02x}"
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
