"""The proof: all verdicts together, and the figures that follow from them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.proof.catalogue import Kept
from grader.proof.verdicts import MISPLACED_SHARE, Fate, MistakeVerdict, MutantVerdict, Naming

LEAST_CAUGHT = 3  # mistakes that each problem must catch
KILLED_SHARE = Fraction(49, 50)  # of the mutants that a test must catch


@dataclass(frozen=True)
class Proof:
    """The verdicts on the mistakes and mutants of a suite; `tests` has the test names by class."""

    mistakes: Sequence[MistakeVerdict]
    mutants: Sequence[MutantVerdict]
    problems: Mapping[str, str]  # the class of each problem
    tests: Mapping[str, Sequence[str]]
    kept: Sequence[Kept]
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
    def unexplained(self) -> list[MistakeVerdict]:
        """The mistakes that cost too much elsewhere, without a reason in the catalogue."""
        return [each for each in self.misplaced if not each.mistake.spills]

    @property
    def of_gradients(self) -> list[MistakeVerdict]:
        """The mistakes of gradients, whose cause the suite should name."""
        return [each for each in self.mistakes if each.mistake.causes]

    @property
    def named(self) -> list[MistakeVerdict]:
        """The mistakes of gradients whose cause is named rightly."""
        return [each for each in self.of_gradients if each.naming is Naming.RIGHT]

    @property
    def misnamed(self) -> list[MistakeVerdict]:
        """The mistakes of gradients whose cause is named wrongly."""
        return [each for each in self.of_gradients if each.naming is Naming.WRONG]

    @property
    def holds(self) -> bool:
        """Whether every figure is reached."""
        enough = len(self.killed) >= KILLED_SHARE * len(self.countable)
        faults = [*self.missed, *self.unexplained, *self.refuted]
        cheap = any(each.is_cheap or each.spoiled for each in self.mistakes)
        return enough and not faults and not cheap and min(self.caught_by_problem.values()) >= LEAST_CAUGHT

    @property
    def caught_by_problem(self) -> dict[str, int]:
        """The number of mistakes that each problem is about and catches."""
        found = Counter(problem for each in self.mistakes for problem in each.caught_in)
        return {problem: found[problem] for problem in self.problems}

    def caught_by(self) -> dict[tuple[str, str], set[str]]:
        """Return the mistakes and mutants that each test caught, by class and name."""
        found: dict[tuple[str, str], set[str]] = {
            (group, name): set() for group, names in self.tests.items() for name in names
        }
        for each in self.mistakes:
            self._note(found, each.mistake.wrong, each.tests)
        for mutant in self.killed:
            self._note(found, mutant.id, {mutant.killed_by: mutant.tests})
        return found

    def _note(
        self, found: dict[tuple[str, str], set[str]], name_of_change: str, tests: Mapping[str, Sequence[str]]
    ) -> None:
        """Add the name of a change to each of the `tests`, by class, that belong to the proof."""
        for group, names in tests.items():
            for name in names:
                if (group, name) in found:
                    found[group, name].add(name_of_change)

    def idle_tests(self) -> list[str]:
        """Return the tests that caught nothing at all."""
        return ["::".join(test) for test, caught in self.caught_by().items() if not caught]

    def redundant_tests(self) -> dict[str, list[str]]:
        """Return the tests of which one other test of their class caught all that they caught, and more.

        They come by the argument for keeping them, which is the empty text where there is none.
        """
        caught = self.caught_by()
        found: dict[str, list[str]] = {}
        for (group, name), own in caught.items():
            if own and any(own < caught[group, other] for other in self.tests[group]):
                reasons = [each.because for each in self.kept if each.speaks_of(group, name)]
                found.setdefault(reasons[0] if reasons else "", []).append(f"{group}::{name}")
        return found
