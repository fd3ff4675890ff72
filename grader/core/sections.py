"""Sections of a handout: their anchors on its page, and the places where a text refers to one."""

import re
from collections.abc import Iterator

NUMBER = r"\d{1,3}(?:\.\d{1,3}){0,3}"
REFERENCE = re.compile(rf"\b[Ss]ections? ({NUMBER})(?![\w.]*\d)")


def section_anchor(number: str) -> str:
    """Return the anchor of the section with a number: section-2-10 for 2.10."""
    return f"section-{number.replace('.', '-')}"


def problem_anchor(problem: str) -> str:
    """Return the anchor of a problem."""
    return f"problem-{problem}"


def split_references(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of `text`, each with the number of the section that it names, or the empty text."""
    at = 0
    for found in REFERENCE.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], ""
        yield found[0], found[1]
        at = found.end()
    if at < len(text):
        yield text[at:], ""


def referred_sections(text: str) -> list[str]:
    """Return the numbers of the sections that `text` refers to, in its order."""
    return [number for _, number in split_references(text) if number]
