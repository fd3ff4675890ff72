"""A table in a text file: its encoding and its separator are recognised, and said where they are unusual."""

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
HEADER_LINES = 20  # among which the header must be
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", ""),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16, as Excel writes it"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_WORKBOOKS = {b"PK\x03\x04": "an Excel or LibreOffice workbook", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}


class RosterError(ValueError):
    """A roster cannot be read; the message says why, and where."""


@dataclass(frozen=True)
class TableLine:
    """One line of a table: its number in the file, from 1, and its cells by column."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class RosterTable:
    """The header and the lines of a file, and sentences on how it was read."""

    header: Sequence[str]
    lines: Sequence[TableLine]
    notices: Sequence[str]


def read_table(content: bytes, recognised: Callable[[Sequence[str]], int]) -> RosterTable:
    """Return the table in a file; `recognised` counts the known columns of a header. Raises RosterError."""
    text, encoding = _decode(content)
    notices = [f"The file is read as {encoding}."] if encoding else []
    first, _, rest = text.partition("\n")
    separators = list(SEPARATORS)
    if first.strip().lower().startswith("sep=") and first.strip()[4:] in SEPARATORS:
        separators, text = [first.strip()[4:]], f"\n{rest}"
    tables = [(separator, _lines(text, separator)) for separator in separators]
    best = max(((_header(lines, recognised), -at) for at, (_, lines) in enumerate(tables)))
    (count, before), at = best[0], -best[1]
    separator, lines = tables[at]
    if not count:
        raise RosterError("no line names a column that identifies a person: Email, SIS Login ID, SIS User ID")
    if separator != ",":
        notices.append(f"The columns are separated by {SEPARATORS[separator]}.")
    if before:
        notices.append(f"The header is in line {lines[-before].number}; lines before it are not read.")
    return RosterTable(lines[-before].cells, lines[1 - before :], notices)


def _decode(content: bytes) -> tuple[str, str]:
    """Return the text of a file, and the name of its encoding where it is not UTF-8. Raises RosterError."""
    for mark, kind in _WORKBOOKS.items():
        if content.startswith(mark):
            raise RosterError(f"the file is {kind}: save it as CSV and import that")
    for mark, encoding, name in _MARKS:
        if content.startswith(mark):
            return _by(content[len(mark) :], encoding), name
    if content.count(b"\0") * 3 > len(content):
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        return _by(content, encoding), "UTF-16"
    with suppress(UnicodeDecodeError):
        return content.decode(), ""
    with suppress(UnicodeDecodeError):
        return content.decode("cp1252"), "Windows-1252; check the names with --dry-run"
    return content.decode("latin-1"), "Latin-1; check the names with --dry-run"


def _by(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise RosterError(f"the file is damaged: it is no {encoding} at byte {error.start}") from None


def _lines(text: str, separator: str) -> list[TableLine]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    lines = []
    number = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(TableLine(number, [cell.strip() for cell in cells]))
            number = reader.line_num + 1
    except csv.Error as error:
        raise RosterError(f"line {reader.line_num}: {error}") from None
    return lines


def _header(lines: Sequence[TableLine], recognised: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    """Return how many columns the best header names, and minus its place."""
    counts = ((recognised(line.cells), -at) for at, line in enumerate(lines[:HEADER_LINES]))
    return max(counts, default=(0, 0))
