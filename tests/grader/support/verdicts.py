"""Graded attacks: each is handed in as a zip and graded in one of the runners, a few of them side by side."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from fractions import Fraction

from grader.core.scoring import Outcome, score
from grader.intake import Refused, read_archive
from grader.pipeline import join_output
from grader.sandbox.bwrap import BWRAP
from grader.sandbox.docker.kind import Docker
from grader.sandbox.forking import JAIL
from grader.sandbox.runner_choice import candidates
from grader.suite.cache import SuiteCache
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteOutcome
from tests.assignment.samples import ROOT, read_files
from tests.grader.support.corpus import ALL, RUBRIC, zipped
from tests.grader.support.nightly import NIGHTLY

OUTPUT_BYTES = 64 << 10
SEED = 20_261_124  # not the one that students have
GATED = "TestTensorTranspose"  # a small class whose gate leads to a note for staff
FULLY = [BWRAP.name, JAIL.name] if NIGHTLY else [JAIL.name]  # all classes of an attack with a note run there
TWICE, BESIDE_ANOTHER = "stale", "siblings"


@dataclass(frozen=True)
class Graded:
    """One run of a submission: its points of 104, and the outcome of the suite."""

    score: Fraction
    outcome: SuiteOutcome

    @property
    def output(self):
        """The output of all of its processes."""
        return join_output(self.outcome.outputs, OUTPUT_BYTES)


@dataclass(frozen=True)
class Verdict:
    """The fate of an attack: its runs, the honest submission's run beside it, why intake refused it."""

    runs: Sequence[Graded] = ()
    beside: Graded | None = None
    refused: str = ""

    @property
    def outcomes(self):
        """The outcomes of all tests in all of its runs."""
        return [result.outcome for run in self.runs for result in run.outcome.results]

    @property
    def notes(self):
        """The notes for staff of all of its runs."""
        return [note for run in self.runs for note in run.outcome.notes]

    @property
    def integrity_notes(self):
        """The notes for staff only of all of its runs."""
        return [note for run in self.runs for note in run.outcome.staff_notes]

    @property
    def lost(self):
        """The names of the tests that it lost, in all of its runs."""
        results = (result for run in self.runs for result in run.outcome.results)
        return [result.name for result in results if result.outcome is not Outcome.PASSED]

    @property
    def reached(self):
        """The lines that it printed because it reached something."""
        return [line for run in self.runs for line in run.output.splitlines() if "REACHED" in line]


def attacked(attack, canary, suite_cache):
    """Hand in an attack and return its verdict."""
    try:
        files = read_archive(zipped(attack.files_with(canary))).files
    except Refused as refused:
        return Verdict(refused=str(refused))
    if attack.group == BESIDE_ANOTHER:
        with ThreadPoolExecutor(1) as pool:
            beside = pool.submit(graded_honestly, suite_cache)
            return Verdict([graded(files, suite_cache, attack)], beside.result())
    return Verdict([graded(files, suite_cache, attack) for _ in range(2 if attack.group == TWICE else 1)])


def graded(files, suite_cache, attack=None):
    """Grade a submission, with the classes and the time limit of an attack if it is one."""
    with suite_cache.use() as prepared:
        classes = classes_of(attack, prepared) if attack else ALL
        job = SuiteJob(
            files=files,
            seed=SEED,
            left_out=sorted(prepared.suite.tests.keys() - classes),
            test_seconds=attack.seconds if attack else None,
        )
        outcome = prepared.suite.run(job, prepared.runner)
    return Graded(score(RUBRIC, outcome.expected, outcome.results).score, outcome)


def classes_of(attack, prepared):
    """Return the classes that an attack is graded on: one where each lost process costs a container.

    The effect of a measured cost does not depend on the runner, so all classes run in FULLY only.
    """
    if attack.noted and prepared.runner.kind.name not in FULLY:
        return {GATED}
    if prepared.runner.kind.name != Docker.name:
        return attack.classes
    return {min(attack.classes, key=lambda name: len(prepared.suite.tests[name]))}


def graded_honestly(suite_cache):
    """Grade the reference."""
    return graded(read_files(ROOT / "reference"), suite_cache)


class Verdicts:
    """The verdicts on attacks, each of which is graded once, on all cores and ahead of the tests about it."""

    def __init__(self, canary):
        """Hand in every attack with `canary`."""
        self._canary = canary
        self._pool = ThreadPoolExecutor(1 + os.cpu_count())  # one more: some attacks only wait
        self._begun = {}
        self._caches = {}

    def suite_cache(self, runner):
        """Return the suite cache of the runner with that name."""
        if runner not in self._caches:
            self._caches[runner] = SuiteCache(ROOT, candidates(runner, Docker()))
        return self._caches[runner]

    def begin(self, attack, runner):
        """Have the attack graded in that runner; return the future verdict."""
        key = attack.name, runner
        if key not in self._begun:
            self._begun[key] = self._pool.submit(attacked, attack, self._canary, self.suite_cache(runner))
        return self._begun[key]

    def wait(self):
        """Wait until nothing is being graded any more."""
        wait(self._begun.values())

    def close(self):
        """Cancel gradings that have not begun, and close the caches."""
        self._pool.shutdown(cancel_futures=True)
        for suite_cache in self._caches.values():
            suite_cache.close()
