"""A place in a student's code that a lost test points to, and the evidence for it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from grader.core.localise import Suspect, TestId
from grader.core.scoring import Outcome, TestResult
from grader.core.source_text import source_lines
from grader.core.text import clean_line

SCHEMA = "places/1"
SOURCE_CHARACTERS = 160
NAME_CHARACTERS = 200
FRAME = re.compile(
    r'^  File "([^"\n]{1,400})", line ([0-9]{1,7}), in ([^\n]{1,200})\n(?:    ([^\n]*))?', re.MULTILINE
)


class Evidence(StrEnum):
    """How a place is known."""

    RAISED = "raised"  # the traceback of the error ends here
    RAN = "ran"  # failing tests ran this; of passing tests none ran the lines, and few the function


@dataclass(frozen=True)
class Place:
    """Lines of a file of the upload, or a function.

    `line` and `last_line` are 0 if only the `function` is known. `function` is empty at the top of a module,
    and `function_line`, its first line, is 0 if that is not known. `source` is the text of `line`.
    """

    file: str
    line: int
    last_line: int
    function: str
    function_line: int
    source: str
    evidence: Evidence

    @property
    def is_line(self) -> bool:
        """Whether the lines are known, not only the function."""
        return self.line > 0

    @property
    def told(self) -> str:
        """The sentence on how the place is known."""
        if self.evidence is Evidence.RAISED:
            return "Your code raised the error here."
        if not self.is_line:
            return f"Somewhere in {self.function}: the failing tests ran it, and few passing tests did."
        lines = "this line" if self.line == self.last_line else "these lines"
        return f"The failing tests ran {lines}, and no passing test did."


def raised_place(result: TestResult, files: Collection[str]) -> Place | None:
    """Return where the error of a test was raised: the last frame of its traceback in one of `files`."""
    if result.outcome is not Outcome.ERROR:
        return None
    frames = [frame for frame in FRAME.finditer(result.message) if frame[1] in files and int(frame[2])]
    if not frames:
        return None
    file, line, function, source = frames[-1].groups()
    name = "" if function.startswith("<") else clean_line(function, NAME_CHARACTERS)
    told = clean_line(source or "", SOURCE_CHARACTERS)
    return Place(file, int(line), int(line), name, 0, told, Evidence.RAISED)


def raised_places(results: Sequence[TestResult], files: Collection[str]) -> dict[TestId, Place]:
    """Return where the errors of tests were raised, by test."""
    found = {(each.group, each.name): raised_place(each, files) for each in results}
    return {test: place for test, place in found.items() if place is not None}


def place_of(suspect: Suspect, content: bytes) -> Place:
    """Return the place that a suspect is, in a file with that content."""
    line, last_line = (suspect.lines[0], suspect.lines[-1]) if suspect.lines else (0, 0)
    source = source_lines(content)[line - 1] if line else ""
    source = source.strip()[:SOURCE_CHARACTERS]
    named = suspect.function, suspect.function_line
    return Place(suspect.file, line, last_line, *named, source, Evidence.RAN)


def to_places_document(places: Mapping[TestId, Place]) -> dict[str, Any]:
    """Return places as a JSON document."""
    stated = [{"group": group, "test": test, **vars(place)} for (group, test), place in places.items()]
    return {"schema": SCHEMA, "places": stated}


def from_places_document(document: Mapping[str, Any]) -> dict[TestId, Place]:
    """Return the places that `to_places_document` wrote."""
    found = {}
    for stated in document["places"]:
        fields = {**stated, "evidence": Evidence(stated["evidence"])}
        test = fields.pop("group"), fields.pop("test")
        found[test] = Place(**fields)
    return found
