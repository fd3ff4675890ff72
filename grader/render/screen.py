"""The screen that a report is written for: its width, and the characters that it can show."""

from dataclasses import dataclass

from rich.cells import cell_len, chop_cells, set_cell_size

from grader.core.text import clean_line

NARROWEST, WIDEST = 40, 100  # columns; on wider terminals lines would be hard to read
MOST_CHARACTERS = 2_000  # of one text
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
IN_ASCII = {
    "\N{CHECK MARK}": "+",
    "\N{CIRCLE WITH LEFT HALF BLACK}": "~",
    "\N{BALLOT X}": "x",
    "\N{MIDDLE DOT}": "-",
    "\N{CIRCLED DIVISION SLASH}": "/",
    "\N{RIGHTWARDS ARROW}": "->",
    ELLIPSIS: "...",
}


@dataclass(frozen=True)
class Screen:
    """A terminal, or a pipe, of `width` columns that takes text in `encoding`."""

    width: int
    encoding: str = "utf-8"

    @classmethod
    def of(cls, width: int, encoding: str | None) -> "Screen":
        """Return the screen for a terminal of any width."""
        return cls(min(max(width, NARROWEST), WIDEST), encoding or "ascii")

    def text(self, text: str, characters: int = MOST_CHARACTERS) -> str:
        """Return `text` on one line, without controls, in characters that the encoding has."""
        line = clean_line(text, characters)
        try:
            line.encode(self.encoding)
        except UnicodeEncodeError:
            return "".join(map(self._shown, line))
        return line

    def wrap(self, text: str, width: int, most: int | None = None) -> list[str]:
        """Return clean `text` as lines of up to `width` columns; if `most` are too few, with an ellipsis."""
        lines = [""]
        for word in text.split(" "):
            joined = f"{lines[-1]} {word}" if lines[-1] else word
            if cell_len(joined) <= width:
                lines[-1] = joined
            else:
                lines += chop_cells(word, width)
        lines = [line for line in lines if line] or [""]
        if most is None or len(lines) <= most:
            return lines
        return [*lines[: most - 1], self.cut(f"{lines[most - 1]} {lines[most]}", width, always=True)]

    def cut(self, text: str, width: int, *, always: bool = False) -> str:
        """Return clean `text`, cut to `width` columns; a cut text, or every text, ends in an ellipsis."""
        if not always and cell_len(text) <= width:
            return text
        ellipsis = self.text(ELLIPSIS)
        room = width - cell_len(ellipsis)
        return (text if cell_len(text) <= room else set_cell_size(text, room)).rstrip() + ellipsis

    def _shown(self, character: str) -> str:
        try:
            character.encode(self.encoding)
        except UnicodeEncodeError:
            return IN_ASCII.get(character, "?")
        return character


def pad(text: str, width: int) -> str:
    """Return `text` with blanks up to `width` columns."""
    return text + " " * (width - cell_len(text))


def pad_left(text: str, width: int) -> str:
    """Return `text` with blanks before it, up to `width` columns."""
    return " " * (width - cell_len(text)) + text
