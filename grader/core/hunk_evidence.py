"""The tests that a change of the code broke, as far as their tracebacks prove it.

A test passed before, its error now ends at a line, and this hunk wrote that line. Nothing else joins a test
to a hunk: two things that changed at one time need not be cause and effect.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.core.code_diff import FileDiff, Hunk
from grader.core.comparison import TestChange
from grader.core.scoring import Outcome, TestResult

FRAME = re.compile(r'^  File "([^"\n]{1,400})", line ([0-9]{1,7}), in ', re.MULTILINE)
MOST = 3  # sentences below a hunk

Place = tuple[str, int]  # the path of a file, and the number of a line
TestId = tuple[str, str]  # its class, and its name


@dataclass(frozen=True)
class Broken:
    """Tests of one description that the new `line` of a hunk broke."""

    line: int
    description: str
    tests: int


def find_broken(
    file: FileDiff, hunk: Hunk, lost: Sequence[TestChange], places: Mapping[TestId, Place]
) -> list[Broken]:
    """Return those of the `lost` tests whose place is a new line of the hunk, the most frequent first."""
    found: Counter[tuple[int, str]] = Counter()
    for change in lost:
        test = change.test
        path, line = places.get((test.group, test.name), ("", 0))
        if path == file.path and hunk.adds(line):
            found[line, test.description or test.name] += 1
    return [Broken(line, told, count) for (line, told), count in found.most_common(MOST)]


def raised_places(results: Iterable[TestResult], files: Collection[str]) -> dict[TestId, Place]:
    """Return where the errors of tests were raised: the last line of each traceback in one of `files`."""
    found = {}
    for result in results:
        if result.outcome is Outcome.ERROR:
            frames = [frame for frame in FRAME.findall(result.message) if frame[0] in files]
            if frames:
                found[result.group, result.name] = (frames[-1][0], int(frames[-1][1]))
    return found
