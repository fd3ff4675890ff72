"""The answer of a submission that was loaded: the names in its adapters, and its broken parts."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from grader.core.text import clean_line

MOST_BROKEN = 10
LINE_CHARACTERS = 1_000
SHOWN_NAMES = 5
NEAR = 0.5


@dataclass(frozen=True)
class Loaded:
    """The names in tests/adapters.py, and a sentence for each import that failed. The submission may lie."""

    names: frozenset[str] = frozenset()
    broken: tuple[str, ...] = ()


def read_loaded(answer: Any) -> Loaded:
    """Return the names and broken parts in an answer; an empty record if the answer has another form."""
    match answer:
        case [list() as names, list() as broken]:
            lines = [clean_line(line, LINE_CHARACTERS) for line in broken if isinstance(line, str)]
            found = frozenset(name for name in names if isinstance(name, str))
            return Loaded(found, tuple(lines[:MOST_BROKEN]))
    return Loaded()


def misfit(names: frozenset[str], asked: Collection[str]) -> str | None:
    """Return a sentence if the adapters have none of the functions that the tests `asked` for, or None."""
    expected = sorted(asked)
    if not names or not expected or names & set(expected):
        return None
    pairs = ((name, near) for name in expected for near in get_close_matches(name, sorted(names), 1, NEAR))
    nearest = next((f"{clean_line(near, 80)} comes nearest to {name}" for name, near in pairs), None)
    listed = ", ".join(clean_line(name, 80) for name in sorted(names)[:SHOWN_NAMES])
    return (
        f"tests/adapters.py has none of the functions that the tests call, such as {expected[0]}. It has "
        f"{listed}{f'; {nearest}' if nearest else ''}. Is it of another assignment?"
    )
