"""The finding of one check of `grader doctor`: a sentence, and its level."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    NOTE = "note"  # worth knowing; the service works
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """The finding of one check."""

    check: str
    level: Level
    text: str

    def __str__(self) -> str:
        first, _, _ = self.text.partition("\n")
        return f"{self.level:<8} {self.check}: {first}"


Findings = Iterator[Finding]


def ok(check: str, text: str) -> Finding:
    """Return the finding that all is well."""
    return Finding(check, Level.OK, text)


def note(check: str, text: str) -> Finding:
    """Return a finding that an operator should know."""
    return Finding(check, Level.NOTE, text)


def missing(check: str, text: str) -> Finding:
    """Return the finding that something is missing."""
    return Finding(check, Level.MISSING, text)
