"""Notes in the margin of a student's code: the lost tests that point to one place, and their cost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.core.localise import TestId
from grader.core.place import Place
from grader.core.report import first_line
from grader.core.scoring import Outcome, ProblemScore, Score, TestResult

TITLE_CHARACTERS = 140
NOTE_LINES = 10  # of code, as high as the longest note


@dataclass(frozen=True)
class Note:
    """A place in the code, the lost tests that point to it, and the problem of the costliest of them."""

    place: Place
    results: tuple[TestResult, ...]
    problem: ProblemScore
    cost: Fraction

    @property
    def title(self) -> str:
        """The reason of the first test, in one line."""
        first = self.results[0]
        line = first.hint if first.cause and first.hint else first_line(first)
        cut = f"{line[: TITLE_CHARACTERS - 1]}\N{HORIZONTAL ELLIPSIS}"
        return line if len(line) <= TITLE_CHARACTERS else cut

    @property
    def outcome(self) -> Outcome:
        """The outcome of the first test."""
        return self.results[0].outcome

    @property
    def line(self) -> int:
        """The line that the note belongs to: of the place, or the first one of its function; 0 if unknown."""
        return self.place.line or self.place.function_line

    @property
    def where(self) -> str:
        """The place in two or three words."""
        place = self.place
        if not place.is_line:
            return place.function
        if place.line == place.last_line:
            return f"line {place.line}"
        return f"lines {place.line} to {place.last_line}"


def notes_of(score: Score, places: Mapping[TestId, Place]) -> list[Note]:
    """Return a note for each place, the costliest first."""
    lost: dict[tuple[object, ...], list[tuple[Fraction, ProblemScore, TestResult, Place]]] = {}
    for scored in score.problems:
        for result in scored.losses:
            place = places.get((result.group, result.name))
            if place is not None:
                key = place.file, place.line, place.last_line, place.function
                lost.setdefault(key, []).append((scored.lost_per_test, scored, result, place))
    found = []
    for tests in lost.values():
        costliest = max(tests, key=lambda each: each[0])
        results = tuple(result for _, _, result, _ in tests)
        found.append(Note(tests[0][3], results, costliest[1], sum((each[0] for each in tests), Fraction(0))))
    return sorted(found, key=lambda note: (-note.cost, note.place.file, note.line))


def with_room(lines: Collection[int], total: int) -> set[int]:
    """Return the lines of a file whose note has room beside it, before the next note and the end."""
    ends = [*sorted(lines)[1:], total + 1]
    return {line for line, end in zip(sorted(lines), ends, strict=False) if end - line >= NOTE_LINES}


def notes_in(notes: Sequence[Note], file: str) -> dict[int, list[Note]]:
    """Return the notes of a file by their line."""
    found: dict[int, list[Note]] = {}
    for note in notes:
        if note.place.file == file:
            found.setdefault(note.line, []).append(note)
    return found
