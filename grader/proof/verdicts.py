"""The verdicts on one mistake and on one mutant, as plain records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from grader.proof.catalogue import KnownMistake

SERIOUS_SHARE = Fraction(2, 5)  # of its own problem that a serious mistake costs at least
MISPLACED_SHARE = Fraction(3, 20)  # of the points of other problems that a mistake may cost


class Naming(StrEnum):
    """How well the suite names the cause of a mistake's failures."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"  # it names no cause


class Fate(StrEnum):
    """The fate of a mutant."""

    KILLED = "killed"  # a test failed
    SURVIVED = "survived"
    BROKEN = "broken"  # it cannot be imported, so no test had to find it
    UNREACHED = "unreached"  # no test calls its function


@dataclass(frozen=True)
class MistakeVerdict:
    """The verdict on a mistake.

    Attributes: `lost` (the points of each problem that lost any), `tests` (the lost tests by class),
    `points` (of each problem that was at stake), `hints` (of the lost tests, each once),
    `causes` (how many of the tests that are about it name each cause).
    """

    mistake: KnownMistake
    lost: Mapping[str, Fraction]
    tests: Mapping[str, tuple[str, ...]]
    points: Mapping[str, int]
    hints: tuple[str, ...] = ()
    causes: Mapping[str, int] = field(default_factory=dict)

    @property
    def named(self) -> str:
        """The cause that most of its failures name, or the empty text."""
        return max(self.causes, key=self.causes.__getitem__, default="")

    @property
    def naming(self) -> Naming:
        """Whether that cause is one of the mistake's own."""
        if not self.named:
            return Naming.NONE
        return Naming.RIGHT if self.named in self.mistake.causes else Naming.WRONG

    @property
    def missed(self) -> list[str]:
        """The problems that are about the mistake and lost nothing."""
        return [problem for problem in self.mistake.loses if not self.lost.get(problem)]

    @property
    def caught_in(self) -> list[str]:
        """The problems that are about the mistake and lost points."""
        return [problem for problem in self.mistake.loses if problem not in self.missed]

    @property
    def is_caught(self) -> bool:
        """Whether a problem that is about it lost points."""
        return bool(self.caught_in)

    @property
    def share(self) -> Fraction:
        """The part of its own problem's points that it cost."""
        own = self.mistake.loses[0]
        return self.lost.get(own, Fraction(0)) / self.points[own]

    @property
    def is_cheap(self) -> bool:
        """Whether it is serious and costs too little."""
        return self.mistake.serious and self.share < SERIOUS_SHARE

    @property
    def elsewhere(self) -> dict[str, Fraction]:
        """The points lost in problems that are not about it."""
        return {problem: lost for problem, lost in self.lost.items() if problem not in self.mistake.loses}

    @property
    def misplaced(self) -> Fraction:
        """The part of the points of all other problems that it cost."""
        others = sum(points for problem, points in self.points.items() if problem not in self.mistake.loses)
        return sum(self.elsewhere.values(), Fraction(0)) / others if others else Fraction(0)

    @property
    def spoiled(self) -> list[str]:
        """The problems that should have kept their points and lost some."""
        return [problem for problem in self.lost if problem in self.mistake.keeps]


@dataclass(frozen=True)
class MutantVerdict:
    """The verdict on a mutant; `killed_by` is the class that lost tests first, `tests` are these tests."""

    id: str
    line: int
    before: str
    after: str
    fate: Fate
    killed_by: str = ""
    tests: tuple[str, ...] = ()
    argument: str = ""  # why it is equivalent, if the catalogue says so
