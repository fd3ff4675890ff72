"""A file of a submission as lines of coloured text, of bounded size. Pygments reads the words of Python."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Operator, String

from grader.core.source_text import LINE_CHARACTERS, source_lines

MOST_LINES = 4_000
MOST_BYTES = 60_000  # of a file that is coloured: the worst one takes half a second
SHOWN_CHARACTERS = 400_000  # of a file
KINDS = ((Keyword, "k"), (Operator.Word, "k"), (String, "s"), (Comment, "c"))


@dataclass(frozen=True)
class Word:
    """A piece of a line; `kind` is k (keyword), s (string), c (comment) or empty."""

    kind: str
    text: str


@dataclass(frozen=True)
class CodeLine:
    """A line: its number and its words."""

    number: int
    words: Sequence[Word]


@dataclass(frozen=True)
class CodeText:
    """The shown lines of a file, the number of all, and whether it is binary, so that no line is shown."""

    lines: Sequence[CodeLine]
    total: int
    is_binary: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether lines at the end are not shown."""
        return len(self.lines) < self.total and not self.is_binary


@lru_cache(maxsize=32)
def coloured(path: str, content: bytes) -> CodeText:
    """Return the lines of the file `path`."""
    if b"\0" in content:
        return CodeText((), 0, is_binary=True)
    lines = source_lines(content)
    if lines and not lines[-1]:
        lines.pop()
    shown = list(_within(lines))
    is_short = len(content) <= MOST_BYTES and all(len(line) < LINE_CHARACTERS for line in shown)
    in_words = _words(shown) if path.endswith(".py") and is_short else [[Word("", line)] for line in shown]
    return CodeText(
        [CodeLine(number, words) for number, words in enumerate(in_words, start=1)], total=len(lines)
    )


def _within(lines: Sequence[str]) -> Iterator[str]:
    """Yield the first lines, as far as a page shows them."""
    left = SHOWN_CHARACTERS
    for line in lines[:MOST_LINES]:
        left -= len(line) + 1
        if left < 0:
            return
        yield line


def _words(lines: Sequence[str]) -> list[list[Word]]:
    """Return the words of each line."""
    found: list[list[Word]] = [[]]
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    for token, text in lexer.get_tokens("\n".join(lines)):
        kind = _kind(token)
        first, *others = text.split("\n")
        _append(found[-1], kind, first)
        for other in others:
            found.append([])
            _append(found[-1], kind, other)
    return found[: len(lines)]


def _append(words: list[Word], kind: str, text: str) -> None:
    """Append text to a line; text of one kind is one word."""
    if text and words and words[-1].kind == kind:
        words[-1] = Word(kind, words[-1].text + text)
    elif text:
        words.append(Word(kind, text))


def _kind(token: object) -> str:
    return next((kind for parent, kind in KINDS if token in parent), "")
