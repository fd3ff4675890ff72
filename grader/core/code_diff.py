"""The diff of two versions of a project: hunks of lines by file, of bounded size, safe to show.

Files come from students, so they may be binary, huge or many, and their names and lines may hold anything.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from grader.core.changed_words import mark_words
from grader.core.line_matches import Budget, Match, find_matches
from grader.core.text import clean, clean_line

STEPS = 2_000_000  # of all files together: less than a second
FILE_BYTES = 300_000  # of a file that is compared by lines
FILE_LINES = 6_000
SHOWN_FILES = 100  # with their names
SHOWN_LINES = 2_500  # changed ones, of all files together
SHOWN_CHARACTERS = 250_000
LINE_CHARACTERS = 240
NAME_CHARACTERS = 120
CONTEXT = 3  # equal lines around a change
SCOPES = 2  # names of a hunk's place: a class and its method
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
SCOPE = re.compile(r"( {0,40})(?:async +)?(?:def|class) +(\w{1,60})")
BINARY = "Not text in UTF-8, so its lines are not compared."
EMPTY = "The file is empty."
TOO_LARGE = "Too large to compare by lines."
ONLY_ENDS = "Only the ends of lines or invisible characters differ."
NO_ROOM = "Not shown: this page has no room for more lines."


@dataclass(frozen=True)
class DiffLine:
    """A line of a hunk: in both versions, or in one of them.

    `before` and `after` are its numbers, 0 where it is not. `marked` is the middle of a line with a
    counterpart, where the two differ.
    """

    before: int
    after: int
    head: str
    marked: str = ""
    tail: str = ""

    @property
    def sign(self) -> str:
        """The sign of a diff: a minus, a plus, or empty for a line of both."""
        return "" if self.before and self.after else "+" if self.after else "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Hunk:
    """Changed lines with equal ones around them; `scope` is the function or class that they stand in."""

    scope: str
    lines: Sequence[DiffLine]

    @property
    def first(self) -> int:
        """The number of its first line, in the later version if it is there."""
        return self.lines[0].after or self.lines[0].before

    @property
    def added(self) -> Sequence[int]:
        """The numbers of its new lines."""
        return [each.after for each in self.lines if not each.before]


@dataclass(frozen=True)
class FileDiff:
    """A file with changes: how many lines came and went, and the hunks or a `note` on why there are none."""

    name: str
    path: str = field(repr=False)
    added: int = 0
    removed: int = 0
    hunks: Sequence[Hunk] = ()
    note: str = ""
    kind: str = "changed"


@dataclass(frozen=True)
class CodeDiff:
    """The files that changed, the names of equal ones, and how many more of each are not listed."""

    files: Sequence[FileDiff]
    same: Sequence[str]
    more_files: int = 0
    more_same: int = 0

    @property
    def changed(self) -> int:
        """The number of lines that came or went."""
        return sum(each.added + each.removed for each in self.files)


def diff_code(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> CodeDiff:
    """Return the diff of two versions of a project, files by path; Python files come first."""
    paths = sorted(before.keys() | after.keys(), key=lambda path: (not path.endswith(".py"), path))
    same = [path for path in paths if before.get(path) == after.get(path)]
    changed = [path for path in paths if before.get(path) != after.get(path)]
    room = _Room()
    return CodeDiff(
        [room.diff(path, before.get(path), after.get(path)) for path in changed[:SHOWN_FILES]],
        [clean_line(path, NAME_CHARACTERS) for path in same[:SHOWN_FILES]],
        max(0, len(changed) - SHOWN_FILES),
        max(0, len(same) - SHOWN_FILES),
    )


class _Room:
    """Compares files, until the steps of a comparison or the lines of a page are used up."""

    def __init__(self) -> None:
        self._steps = Budget(STEPS)
        self._lines = Budget(SHOWN_LINES)
        self._characters = Budget(SHOWN_CHARACTERS)

    def diff(self, path: str, before: bytes | None, after: bytes | None) -> FileDiff:
        """Return the diff of a file; None stands for no such file."""
        name = clean_line(path, NAME_CHARACTERS)
        kind = "new" if before is None else "removed" if after is None else "changed"
        texts = [_read_lines(content or b"") for content in (before, after)]
        notes = [text for text in texts if isinstance(text, str)]
        if notes:
            return FileDiff(name, path, note=notes[0], kind=kind)
        old, new = texts
        matches = find_matches(old, new, self._steps)
        kept = sum(size for *_, size in matches)
        removed, added = len(old) - kept, len(new) - kept
        if not self._lines.spend(removed + added):
            return FileDiff(name, path, added, removed, note=NO_ROOM, kind=kind)
        hunks = list(_hunks(old, new, matches))
        if not self._characters.spend(sum(map(_length, hunks))):
            return FileDiff(name, path, added, removed, note=NO_ROOM, kind=kind)
        note = "" if hunks else ONLY_ENDS if kind == "changed" else EMPTY
        return FileDiff(name, path, added, removed, hunks, note, kind)


def _length(hunk: Hunk) -> int:
    return sum(len(line.head) + len(line.marked) + len(line.tail) for line in hunk.lines)


def _read_lines(content: bytes) -> Sequence[str]:
    """Return the lines of a file, counted as Python counts them; a note if they are not to be compared."""
    if len(content) > FILE_BYTES:
        return TOO_LARGE
    if b"\0" in content:
        return BINARY
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return BINARY
    text = text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removesuffix("\n").split("\n") if text else []
    return TOO_LARGE if len(lines) > FILE_LINES else lines


def _hunks(before: Sequence[str], after: Sequence[str], matches: Sequence[Match]) -> Iterator[Hunk]:
    """Yield the changes, those that are close together as one hunk."""
    gaps = [
        (a + size, next_a, b + size, next_b)
        for (a, b, size), (next_a, next_b, _) in pairwise([(0, 0, 0), *matches])
        if (a + size, b + size) != (next_a, next_b)
    ]
    groups: list[list[tuple[int, int, int, int]]] = []
    for gap in gaps:
        if groups and gap[0] - groups[-1][-1][1] <= 2 * CONTEXT:
            groups[-1].append(gap)
        else:
            groups.append([gap])
    scopes = _scopes(after)
    for group in groups:
        lines = list(_group_lines(before, after, group))
        first = next((line.after for line in lines if line.after and not line.before), lines[0].after)
        yield Hunk(scopes[min(first, len(after)) - 1] if first else "", lines)


def _group_lines(
    before: Sequence[str], after: Sequence[str], gaps: Sequence[tuple[int, int, int, int]]
) -> Iterator[DiffLine]:
    """Yield the lines of a hunk: for each change the old lines, then the new ones."""
    at = max(0, gaps[0][0] - CONTEXT)
    shift = gaps[0][2] - gaps[0][0]
    for a, a_end, b, b_end in gaps:
        yield from _equal_lines(before, at, a, shift)
        yield from _changed_lines(before[a:a_end], after[b:b_end], a, b)
        at, shift = a_end, b_end - a_end
    yield from _equal_lines(before, at, min(len(before), at + CONTEXT), shift)


def _equal_lines(before: Sequence[str], start: int, end: int, shift: int) -> Iterator[DiffLine]:
    for at in range(start, end):
        yield DiffLine(at + 1, at + 1 + shift, clean(before[at], LINE_CHARACTERS))


def _changed_lines(old: Sequence[str], new: Sequence[str], a: int, b: int) -> Iterator[DiffLine]:
    """Yield old and new lines; where there are as many of both, with marks where they differ."""
    shown = [[clean(line, LINE_CHARACTERS) for line in lines] for lines in (old, new)]
    marks = [mark_words(*pair) for pair in zip(*shown, strict=True)] if len(old) == len(new) else []
    removed = [mark[0] for mark in marks] or [(line, "", "") for line in shown[0]]
    added = [mark[1] for mark in marks] or [(line, "", "") for line in shown[1]]
    for place, pieces in enumerate(removed, start=a + 1):
        yield DiffLine(place, 0, *pieces)
    for place, pieces in enumerate(added, start=b + 1):
        yield DiffLine(0, place, *pieces)


def _scopes(lines: Sequence[str]) -> list[str]:
    """Return of each line the function or class that it stands in, such as Tensor.tanh."""
    found: list[str] = []
    open_scopes: list[tuple[int, str]] = []
    for line in lines:
        opened = SCOPE.match(line)
        if opened:
            indent = len(opened[1])
            open_scopes = [*(each for each in open_scopes if each[0] < indent), (indent, opened[2])]
        elif line[:1].strip() and line[0] not in "#)]}@":
            open_scopes = []
        found.append(".".join(name for _, name in open_scopes[-SCOPES:]))
    return found
