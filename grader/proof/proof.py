"""The proof: all verdicts together, the figures that follow from them, and the document that keeps them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.core.scoring import format_points
from grader.proof.verdicts import MISPLACED_SHARE, Fate, MistakeVerdict, MutantVerdict

SCHEMA = "proof/1"
LEAST_CATCHES = 3  # mistakes that each problem must catch
DIGITS = 4


@dataclass(frozen=True)
class Proof:
    """What the mistakes and the mutants showed of a suite, whose `tests` are named by class."""

    mistakes: Sequence[MistakeVerdict]
    mutants: Sequence[MutantVerdict]
    problems: Mapping[str, str]  # the class of each problem
    tests: Mapping[str, Sequence[str]]
    suite_sha256: str

    @property
    def missed(self) -> list[MistakeVerdict]:
        """The mistakes that no problem about them catches."""
        return [each for each in self.mistakes if not each.is_caught]

    @property
    def misplaced(self) -> list[MistakeVerdict]:
        """The mistakes that cost too much elsewhere."""
        return [each for each in self.mistakes if each.misplaced > MISPLACED_SHARE]

    @property
    def countable(self) -> list[MutantVerdict]:
        """The mutants that a test should catch."""
        return [each for each in self.mutants if not each.argument and each.fate is not Fate.BROKEN]

    @property
    def killed(self) -> list[MutantVerdict]:
        """The mutants that a test caught."""
        return [each for each in self.countable if each.fate is Fate.KILLED]

    @property
    def survivors(self) -> list[MutantVerdict]:
        """The mutants that no test caught, though no argument says that none can."""
        return [each for each in self.countable if each.fate is not Fate.KILLED]

    @property
    def refuted(self) -> list[MutantVerdict]:
        """The mutants that the catalogue calls equivalent and a test caught."""
        return [each for each in self.mutants if each.argument and each.fate is Fate.KILLED]

    @property
    def catches(self) -> dict[str, int]:
        """How many mistakes that are about it each problem catches."""
        found = Counter(problem for each in self.mistakes for problem in each.mistake.loses if each.lost.get(problem))
        return {problem: found[problem] for problem in self.problems}

    def caught_by(self) -> dict[tuple[str, str], set[str]]:
        """Return the mistakes and mutants that each test caught, by class and name."""
        found: dict[tuple[str, str], set[str]] = {
            (group, name): set() for group, names in self.tests.items() for name in names
        }
        for each in self.mistakes:
            for group, names in each.tests.items():
                for name in names:
                    found[group, name].add(each.mistake.wrong)
        for mutant in self.killed:
            for name in mutant.tests:
                found[mutant.killed_by, name].add(mutant.id)
        return found

    def idle_tests(self) -> list[str]:
        """Return the tests that caught nothing at all."""
        return ["::".join(test) for test, caught in self.caught_by().items() if not caught]

    def redundant_tests(self) -> list[str]:
        """Return the tests of which all that they caught was caught by one other test of their class too."""
        caught = self.caught_by()
        return [
            f"{group}::{name}"
            for (group, name), own in caught.items()
            if own and any(own < caught[group, other] for other in self.tests[group] if other != name)
        ]


def to_document(proof: Proof) -> dict[str, Any]:
    """Return the proof as JSON's plain values."""
    return {
        "schema": SCHEMA,
        "suite_sha256": proof.suite_sha256,
        "mistakes": len(proof.mistakes),
        "caught": len(proof.mistakes) - len(proof.missed),
        "missed": [each.mistake.wrong for each in proof.missed],
        "cheap": [_cheap(each) for each in proof.mistakes if each.is_cheap],
        "misplaced": [_misplaced(each) for each in proof.misplaced],
        "spoiled": {each.mistake.wrong: each.spoiled for each in proof.mistakes if each.spoiled},
        "mutants": len(proof.countable),
        "killed": len(proof.killed),
        "survivors": [_mutant(each) for each in proof.survivors],
        "equivalent": sum(1 for each in proof.mutants if each.argument),
        "refuted": [each.id for each in proof.refuted],
        "broken": sum(each.fate is Fate.BROKEN for each in proof.mutants),
        "catches": proof.catches,
        "idle_tests": proof.idle_tests(),
        "redundant_tests": proof.redundant_tests(),
        "table": [_row(each) for each in proof.mistakes],
        "killed_by": {each.id: each.killed_by for each in proof.killed},
    }


def _cheap(verdict: MistakeVerdict) -> dict[str, Any]:
    own = verdict.mistake.loses[0]
    return {"wrong": verdict.mistake.wrong, "problem": own, "share": _number(verdict.share)}


def _misplaced(verdict: MistakeVerdict) -> dict[str, Any]:
    return {
        "wrong": verdict.mistake.wrong,
        "share": _number(verdict.misplaced),
        "because": verdict.mistake.spills,
        "lost": _points(verdict.elsewhere),
    }


def _mutant(verdict: MutantVerdict) -> dict[str, Any]:
    keys = ("id", "line", "before", "after", "fate")
    return {key: getattr(verdict, key) for key in keys}


def _row(verdict: MistakeVerdict) -> dict[str, Any]:
    return {
        "wrong": verdict.mistake.wrong,
        "loses": list(verdict.mistake.loses),
        "serious": verdict.mistake.serious,
        "share": _number(verdict.share),
        "misplaced": _number(verdict.misplaced),
        "lost": _points(verdict.lost),
        "hints": list(verdict.hints),
    }


def _points(lost: Mapping[str, Fraction]) -> dict[str, str]:
    return {problem: format_points(points) for problem, points in lost.items()}


def _number(share: Fraction) -> float:
    return round(float(share), DIGITS)
