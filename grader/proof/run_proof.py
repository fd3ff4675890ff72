"""Runs the proof of an assignment: prepares suite, bench and prover, and does the work in order."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from grader.intake.folder import read_folder
from grader.proof.bench import Bench
from grader.proof.catalogue import Catalogue, load_catalogue
from grader.proof.proof import Proof
from grader.proof.prover import Prover, all_mutants
from grader.sandbox.runner import RunnerKind
from grader.suite.cache import PreparedSuite, SuiteCache
from grader.template.generate import REFERENCE

Tell = Callable[[str, int], Callable[[], None]]


class UnknownProblem(ValueError):  # noqa: N818 - the name is the fact
    """The rubric has no problem of that name."""


def prove(root: Path, kinds: Sequence[RunnerKind], jobs: int, only: str | None, tell: Tell) -> Proof:
    """Return the proof of the assignment in the folder `root`, or of its problem `only`.

    `tell(stage, steps)` is called for each stage; its result is called after each step. Raises
    UnknownProblem, NotPlanted, DocumentError, FileNotFoundError, SuiteFailed and SandboxError.
    """
    with closing(SuiteCache(root, kinds)) as suite_cache, suite_cache.use() as prepared:
        catalogue = load_catalogue(root, prepared.assignment.rubric)
        bench = Bench(prepared, read_folder(root / REFERENCE).files, jobs)
        return _proof(prepared, bench, catalogue, only, tell)


def _proof(
    prepared: PreparedSuite, bench: Bench, catalogue: Catalogue, only: str | None, tell: Tell
) -> Proof:
    rubric = prepared.assignment.rubric
    problems = {each.id: each.tests for each in rubric.problems if only in {None, each.id}}
    if not problems:
        raise UnknownProblem(f"the rubric has no problem {only}")
    reach = bench.reach(tell("which tests call which functions", len(bench.tests)))
    prover = Prover(bench, rubric, catalogue, reach)
    mistakes = [each for each in catalogue.mistakes if problems.keys() & set(each.loses)]
    mutants = [
        each for each in all_mutants(bench.base) if _is_home(prover.classes_near(each), problems, only)
    ]
    return Proof(
        mistakes=bench.each(prover.judge, mistakes, tell("named mistakes", len(mistakes))),
        mutants=bench.each(prover.try_mutant, mutants, tell("mutants", len(mutants))),
        problems=problems,
        tests={name: bench.tests[name] for name in problems.values()},
        kept=catalogue.kept,
        suite_sha256=prepared.assignment.suite_sha256,
    )


def _is_home(classes: Sequence[str], problems: Mapping[str, str], only: str | None) -> bool:
    """Tell whether a mutant belongs to a problem: its class is the first one that reaches the mutant."""
    return only is None or (bool(classes) and classes[0] in problems.values())
