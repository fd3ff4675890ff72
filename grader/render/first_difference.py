"""Two values side by side, as text, with the place where they first differ."""

import re
from dataclasses import dataclass
from itertools import zip_longest
from math import isclose

TOKEN = re.compile(r"[\[\](){},]|[^\s\[\](){},]+")
RELATIVE = 1e-6  # closer numbers are passed over at first: a test may well have accepted them
ABSOLUTE = 1e-9
CONTEXT = 2  # lines before the mark and after it
SHORT = 2 * CONTEXT + 2  # lines of a value that is shown whole
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"

Token = re.Match[str] | None


@dataclass(frozen=True)
class Marked:
    """A text in three pieces, of which the middle one stands out; it is empty if nothing does."""

    before: str
    marked: str = ""
    after: str = ""


@dataclass(frozen=True)
class Comparison:
    """The expected and the actual value of a test."""

    expected: Marked
    actual: Marked

    @property
    def is_long(self) -> bool:
        """Whether one of the two has more lines than a page shows at once."""
        return max(_lines(self.expected), _lines(self.actual)) > SHORT


def _lines(text: Marked) -> int:
    return (text.before + text.marked + text.after).count("\n") + 1


def compare(expected: str, actual: str) -> Comparison:
    """Return both texts with their first different token marked, white space aside.

    Numbers that differ by rounding only are marked if nothing differs more.
    """
    pairs = list(zip_longest(TOKEN.finditer(expected), TOKEN.finditer(actual)))
    different = [(ours, theirs) for ours, theirs in pairs if _text(ours) != _text(theirs)]
    clearly = [(ours, theirs) for ours, theirs in different if not _are_close(_text(ours), _text(theirs))]
    ours, theirs = next(iter(clearly or different), (None, None))
    return Comparison(_mark(expected, ours), _mark(actual, theirs))


def near(text: Marked) -> Marked:
    """Return the lines around the mark, or the first lines without one; an ellipsis stands for the others."""
    before, after = text.before.split("\n"), text.after.split("\n")
    if not text.marked:
        cut = before[: 2 * CONTEXT + 1]
        return Marked("\n".join([*cut, *([ELLIPSIS] if len(cut) < len(before) else [])]))
    head = [ELLIPSIS] if len(before) > CONTEXT + 1 else []
    tail = [ELLIPSIS] if len(after) > CONTEXT + 1 else []
    return Marked(
        "\n".join([*head, *before[-CONTEXT - 1 :]]), text.marked, "\n".join([*after[: CONTEXT + 1], *tail])
    )


def _text(token: Token) -> str:
    return token.group() if token else ""


def _are_close(ours: str, theirs: str) -> bool:
    """Tell whether both are numbers, and nearly the same one."""
    try:
        return isclose(float(ours), float(theirs), rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    except ValueError:
        return False


def _mark(text: str, token: Token) -> Marked:
    if token is None:
        return Marked(text)
    return Marked(text[: token.start()], token.group(), text[token.end() :])
