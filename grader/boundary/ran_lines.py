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
        found = [_function(each, files) for each in _items(answer) if _items(each)[0] in files]
    except (TypeError, ValueError, LookupError):
        return None
    return found if sum(len(lines) for *_, lines in found) <= MOST_LINES else None


def _items(value: Any) -> list[Any]:
    """Return a list as it is; a proxy would ask the submission for its items. Raises TypeError."""
    if type(value) is not list:
        raise TypeError
    return value


def _function(told: list[Any], files: Mapping[str, bytes]) -> list[Any]:
    """Return the fields of one function, checked. Raises TypeError, ValueError."""
    file, name, first, lines = told
    last = count_lines(files[file])
    (first,) = _lines([first], last)
    return [file, _name(name, first), first, _lines(lines, last)]


def _name(name: Any, first: int) -> str:
    """Return the name of a function that begins at the line `first`, as people read it. Raises TypeError."""
    if type(name) is not str:
        raise TypeError
    if name.endswith("<lambda>"):
        return f"the lambda of line {first}"
    parts = clean_line(name, NAME_CHARACTERS).split(".")
    return ".".join(part for part in parts if not part.startswith("<"))


def _lines(lines: Any, last: int) -> list[int]:
    """Return the numbers, if all are lines of a file with `last` lines. Raises TypeError, ValueError."""
    if not all(_is_line(number, last) for number in _items(lines)):
        raise ValueError
    return sorted(set(lines))


def _is_line(number: Any, last: int) -> bool:
    return type(number) is int and 1 <= number <= last
