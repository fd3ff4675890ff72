"""The tests that a change of the code broke, as far as places in the code prove it.

A test passed before and is lost now, its place is a line, and this hunk wrote that line. Nothing else joins a
test to a hunk: two things that changed at one time need not be cause and effect.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.core.code_diff import FileDiff, Hunk
from grader.core.comparison import TestChange
from grader.core.localise import TestId
from grader.core.place import Evidence, Place

MOST = 3  # sentences below a hunk


@dataclass(frozen=True)
class Broken:
    """Tests of one description that the new `line` of a hunk broke, and how that is known."""

    line: int
    evidence: Evidence
    description: str
    tests: int

    @property
    def told(self) -> str:
        """The sentence that joins the hunk and the tests, up to their description."""
        tests = "a test" if self.tests == 1 else f"{self.tests} tests"
        if self.evidence is Evidence.RAISED:
            return (
                f"Line {self.line}, which this change wrote, raises the error of {tests} that passed before:"
            )
        return (
            f"This change wrote line {self.line}. {tests.capitalize()} that passed before ran it and failed:"
        )


def find_broken(
    file: FileDiff, hunk: Hunk, lost: Sequence[TestChange], places: Mapping[TestId, Place]
) -> list[Broken]:
    """Return those of the `lost` tests whose place is a new line of the hunk, the most frequent first."""
    found: Counter[tuple[int, Evidence, str]] = Counter()
    for change in lost:
        test = change.test
        place = places.get((test.group, test.name))
        line = _new_line(file, hunk, place) if place else None
        if place and line:
            found[line, place.evidence, test.description or test.name] += 1
    return [Broken(*key, count) for key, count in found.most_common(MOST)]


def _new_line(file: FileDiff, hunk: Hunk, place: Place) -> int | None:
    """Return the first line of a place that the hunk wrote; None if it wrote none of them."""
    if place.file != file.path or not place.is_line:
        return None
    return next((line for line in hunk.added if place.line <= line <= place.last_line), None)
