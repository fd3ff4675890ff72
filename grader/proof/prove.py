"""From an assignment to its proof: what stands by, the bench, the prover, and the order of the work."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from grader.intake.folder import read_folder
from grader.proof.bench import Bench
from grader.proof.catalogue import Catalogue, load_catalogue
from grader.proof.proof import Proof
from grader.proof.prover import Prover, all_mutants
from grader.sandbox.choice import RunnerKind
from grader.suite.standby import Ready, Standby
from grader.template.generate import REFERENCE

Told = Callable[[int, str], None]  # hears how many steps there are, and the name of the stage


def prove(
    root: Path, kinds: list[RunnerKind], jobs: int, only: str | None, tell: Callable[[str, int], Callable[[], None]]
) -> Proof:
    """Return the proof of the assignment in the folder `root`, or of its problem `only`.

    `tell(stage, steps)` hears of each stage and returns what hears of its steps. Raises SuiteFailed,
    SandboxError, NotPlanted, DocumentError and FileNotFoundError.
    """
    with closing(Standby(root, kinds)) as standby, standby.use() as ready:
        catalogue = load_catalogue(root, ready.assignment.rubric)
        bench = Bench(ready, read_folder(root / REFERENCE).files, jobs)
        return _proof(ready, bench, catalogue, only, tell)


def _proof(
    ready: Ready,
    bench: Bench,
    catalogue: Catalogue,
    only: str | None,
    tell: Callable[[str, int], Callable[[], None]],
) -> Proof:
    rubric = ready.assignment.rubric
    problems = {each.id: each.tests for each in rubric.problems}
    reach = bench.reach(tell("looking which tests call which functions", len(bench.tests)))
    prover = Prover(bench, rubric, catalogue, reach)
    mistakes = [each for each in catalogue.mistakes if only is None or only in each.loses]
    mutants = all_mutants(bench.base)
    if only is not None:
        mutants = [each for each in mutants if prover.classes_near(each)[:1] == [problems[only]]]
    return Proof(
        mistakes=bench.each(prover.judge, mistakes, tell("named mistakes", len(mistakes))),
        mutants=bench.each(prover.try_mutant, mutants, tell("mutants", len(mutants))),
        problems=problems,
        tests=ready.suite.tests,
        suite_sha256=ready.assignment.suite_sha256,
    )
