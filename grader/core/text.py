"""Text from outside, made safe to print: no control characters, no terminal escapes, bounded length."""

import re
import unicodedata

ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
CUT = " [cut]"
BREAKS = {ord("\n"): None, ord("\t"): None}


def clean(text: str, characters: int) -> str:
    """Return `text` without escapes and controls, but for line breaks and tabs, cut to `characters`."""
    if len(text) <= characters and text.isprintable():
        return text  # as most is
    text = ESCAPE_SEQUENCE.sub("", text[: 4 * characters]).replace("\r\n", "\n").replace("\r", "\n")
    if text.translate(BREAKS).isprintable():  # as almost always
        kept = text
    else:
        kept = "".join(c if c in "\n\t" or _is_visible(c) else "\N{REPLACEMENT CHARACTER}" for c in text)
    return kept if len(kept) <= characters else kept[: characters - len(CUT)] + CUT


def clean_line(text: str, characters: int) -> str:
    """Return `text` as `clean` does, on one line."""
    return clean(" ".join(text[: 4 * characters].split()), characters)


def _is_visible(character: str) -> bool:
    """Tell whether `character` is no control, format character (bidi), surrogate or separator of lines."""
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
