"""The prover: tries every mistake and every mutant of the reference on the suite."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from grader.core.rubric import Rubric
from grader.core.scoring import CAUSE, TestResult, score
from grader.proof.bench import Bench, Files, is_module, losses
from grader.proof.catalogue import Catalogue, KnownMistake
from grader.proof.functions import Function, Place
from grader.proof.mutants import Mutant, mutants_of
from grader.proof.planting import NotPlanted, plant
from grader.proof.verdicts import Fate, MistakeVerdict, MutantVerdict
from grader.suite.run import SuiteOutcome

NEAREST = 3  # classes that a mutant meets first; nearly all die there


class Prover:
    """Judges mistakes and mutants on a bench. `reach` has the classes that call each function."""

    def __init__(
        self, bench: Bench, rubric: Rubric, catalogue: Catalogue, reach: Mapping[Place, Sequence[str]]
    ) -> None:
        self._bench = bench
        self._rubric = rubric
        self._catalogue = catalogue
        self._reach = reach
        self._slow_problems = {each.id for each in rubric.problems if each.tests in bench.slow}

    def judge(self, mistake: KnownMistake) -> MistakeVerdict:
        """Return the verdict on a mistake. Raises NotPlanted."""
        files, functions = plant_mistake(mistake, self._bench.base)
        is_slow = bool(self._slow_problems & set(mistake.loses))
        classes = self._classes_of(functions) | (self._bench.slow if is_slow else set())
        outcome = self._bench.run(files, classes)
        at_stake = [*self._bench.classes, *(self._bench.slow if is_slow else ())]
        points = {each.id: each.points for each in self._rubric.problems if each.tests in at_stake}
        lost = losses(outcome.results)
        return MistakeVerdict(
            mistake=mistake,
            lost=self._points_lost(outcome),
            tests={name: tuple(each.name for each in lost if each.group == name) for name in _groups(lost)},
            points=points,
            causes=self._causes(mistake, lost),
            hints=tuple(dict.fromkeys(each.hint for each in lost if each.hint)),
        )

    def try_mutant(self, mutant: Mutant) -> MutantVerdict:
        """Return the verdict on a mutant."""
        argument = self._argument(mutant)
        classes = self.classes_near(mutant)
        if not classes:
            return _verdict(mutant, Fate.UNREACHED, argument)
        for group in (classes[:NEAREST], classes[NEAREST:]):
            loss = self._bench.first_loss({mutant.file: mutant.content}, group) if group else None
            if loss is not None:
                fate = Fate.BROKEN if loss.is_broken else Fate.KILLED
                return _verdict(mutant, fate, argument, loss.group, loss.tests)
        return _verdict(mutant, Fate.SURVIVED, argument)

    def classes_near(self, mutant: Mutant) -> list[str]:
        """Return the classes that reach a mutant, in the suite's order; slow ones only if no other does."""
        if mutant.function is None:
            return self._bench.classes
        reached = self._reach.get(mutant.function.place, ())
        return [name for name in reached if name not in self._bench.slow] or list(reached)

    def _classes_of(self, functions: Sequence[Function | None]) -> set[str]:
        """Return the classes that reach the functions; a change outside of all concerns every class."""
        if None in functions:
            return set(self._bench.classes)
        reached = {name for each in functions if each for name in self._reach.get(each.place, ())}
        return reached - self._bench.slow

    def _points_lost(self, outcome: SuiteOutcome) -> dict[str, Fraction]:
        scored = score(self._rubric, outcome.expected, outcome.results)
        ran = [each for each in scored.problems if each.problem.tests in outcome.expected]
        return {each.problem.id: each.lost for each in ran if each.lost}

    def _causes(self, mistake: KnownMistake, lost: Sequence[TestResult]) -> Counter[str]:
        """Return how many lost tests of the problems that are about a mistake name each cause."""
        about = {each.tests for each in self._rubric.problems if each.id in mistake.loses}
        named = [
            str(each.properties[CAUSE]) for each in lost if each.group in about and CAUSE in each.properties
        ]
        return Counter(named)

    def _argument(self, mutant: Mutant) -> str:
        listed = self._catalogue.equivalents
        found = [each.because for each in listed if each.speaks_of(mutant.id)]
        return found[0] if found else ""


def plant_mistake(mistake: KnownMistake, base: Files) -> tuple[dict[str, bytes], list[Function | None]]:
    """Return the files that a mistake changes, and the functions in which it lies. Raises NotPlanted."""
    files: dict[str, bytes] = {}
    functions: list[Function | None] = []
    for edit in mistake.edits:
        if edit.file not in base:
            raise NotPlanted(f"{mistake.place}: the reference has no file {edit.file}")
        change = plant(edit, files.get(edit.file, base[edit.file]))
        functions.append(None if edit.file in files else change.function)  # an earlier change moves lines
        files[edit.file] = change.content
    return files, functions


def all_mutants(base: Files) -> list[Mutant]:
    """Return the mutants of every module of the reference but its adapters, which only call the others."""
    modules = [file for file in base if is_module(file) and not file.startswith("tests/")]
    return [mutant for file in modules for mutant in mutants_of(file, base[file])]


def _groups(lost: Sequence[TestResult]) -> list[str]:
    return list(dict.fromkeys(each.group for each in lost))


def _verdict(
    mutant: Mutant, fate: Fate, argument: str, killed_by: str = "", tests: tuple[str, ...] = ()
) -> MutantVerdict:
    return MutantVerdict(
        mutant.id, mutant.line, mutant.before, mutant.after, fate, killed_by, tests, argument
    )
