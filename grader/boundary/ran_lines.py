"""The answer of a traced submission, checked: its lines that a test ran. The submission may lie."""

from collections.abc import Mapping
from typing import Any

from grader.core.source_text import count_lines
from grader.core.text import clean_line

MOST_LINES = 5_000  # of one test
NAME_CHARACTERS = 200

RanLines = list[list[Any]]  # of each function: its file, its name, its first line and its lines that ran


def read_ran_lines(answer: Any, files: Mapping[str, bytes]) -> RanLines | None:
    """Return the lines of `files` in an answer; None if it has another form or too many lines."""
    try:
        found = [
            [file, _name(name), *_lines([first], files[file]), _lines(lines, files[file])]
            for file, name, first, lines in answer
            if file in files
        ]
    except (TypeError, ValueError):
        return None
    return found if sum(len(lines) for *_, lines in found) <= MOST_LINES else None


def _name(name: Any) -> str:
    """Return a function's name without the parts that Python adds. Raises TypeError."""
    if type(name) is not str:
        raise TypeError
    parts = clean_line(name, NAME_CHARACTERS).split(".")
    return ".".join(part for part in parts if not part.startswith("<"))


def _lines(lines: Any, content: bytes) -> list[int]:
    """Return the numbers, if all are lines of a file. Raises TypeError, ValueError."""
    last = count_lines(content)
    if type(lines) is not list or not all(_is_line(number, last) for number in lines):
        raise ValueError
    return sorted(set(lines))


def _is_line(number: Any, last: int) -> bool:
    return type(number) is int and 1 <= number <= last
