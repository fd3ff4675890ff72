"""A rendered handout: its pieces, its headings and its figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    """A heading: its anchor, its number (may be empty), its text, and its level from 2 on."""

    anchor: str
    number: str
    text: str
    level: int


@dataclass(frozen=True)
class Piece:
    """Some HTML, and the id of the problem whose state a page shows after it; empty for none."""

    html: str
    problem: str = ""


@dataclass(frozen=True)
class Figure:
    """The bytes of a figure that is no inline SVG."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Handout:
    """A handout as a page shows it.

    `figures` are by the names in their addresses, `faults` are sentences for the author. `version` is a hash
    of all that the page shows.
    """

    title: str
    pieces: Sequence[Piece]
    headings: Sequence[Heading]
    figures: Mapping[str, Figure] = field(default_factory=dict)
    version: str = ""
    faults: Sequence[str] = ()

    @property
    def sections(self) -> frozenset[str]:
        """The numbers of its sections."""
        return frozenset(heading.number for heading in self.headings if heading.number)

    @property
    def problems(self) -> frozenset[str]:
        """The ids of the problems that have a box."""
        return frozenset(piece.problem for piece in self.pieces if piece.problem)

    def contents(self) -> Iterator[tuple[Heading, Sequence[Heading]]]:
        """Yield each heading of the top level with those of the next level below it."""
        top = min((heading.level for heading in self.headings), default=0)
        chapters = [at for at, heading in enumerate(self.headings) if heading.level == top]
        for start, end in zip(chapters, [*chapters[1:], len(self.headings)], strict=True):
            below = [each for each in self.headings[start + 1 : end] if each.level == top + 1]
            yield self.headings[start], below
