"""Graded attacks: each is handed in as a zip and graded in one of the runners, a few of them side by side."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from fractions import Fraction

from grader.core.scoring import Outcome, score
from grader.intake import Refused, read_archive
from grader.pipeline import joined_output
from grader.sandbox.bwrap import BWRAP
from grader.sandbox.choice import candidates
from grader.sandbox.docker.kind import Docker
from grader.sandbox.forking import JAIL
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteOutcome
from grader.suite.standby import Standby
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
    """One run of a submission: its points of 104, and what the suite found out."""

    score: Fraction
    outcome: SuiteOutcome

    @property
    def output(self):
        """What all of its processes printed."""
        return joined_output(self.outcome.outputs, OUTPUT_BYTES)


@dataclass(frozen=True)
class Verdict:
    """What became of an attack: its runs, the honest submission's run beside it, why intake refused it."""

    runs: Sequence[Graded] = ()
    beside: Graded | None = None
    refused: str = ""

    @property
    def outcomes(self):
        """The outcomes of all tests in all of its runs."""
        return [result.outcome for run in self.runs for result in run.outcome.results]

    @property
    def notes(self):
        """What all of its runs tell staff."""
        return [note for run in self.runs for note in run.outcome.notes]

    @property
    def integrity_notes(self):
        """What only staff read of all of its runs."""
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


def attacked(attack, canary, standby):
    """Hand in an attack and return its verdict."""
    try:
        files = read_archive(zipped(attack.files_with(canary))).files
    except Refused as refused:
        return Verdict(refused=str(refused))
    if attack.group == BESIDE_ANOTHER:
        with ThreadPoolExecutor(1) as pool:
            beside = pool.submit(graded_honestly, standby)
            return Verdict([graded(files, standby, attack)], beside.result())
    return Verdict([graded(files, standby, attack) for _ in range(2 if attack.group == TWICE else 1)])


def graded(files, standby, attack=None):
    """Grade a submission, with the classes and the time limit of an attack if it is one."""
    with standby.use() as ready:
        classes = classes_of(attack, ready) if attack else ALL
        job = SuiteJob(
            files=files,
            seed=SEED,
            left_out=sorted(ready.suite.tests.keys() - classes),
            test_seconds=attack.seconds if attack else None,
        )
        outcome = ready.suite.run(job, ready.runner)
    return Graded(score(RUBRIC, outcome.expected, outcome.results).score, outcome)


def classes_of(attack, ready):
    """Return the classes that an attack is graded on: one where each lost process costs a container.

    What a measured cost leads to does not depend on the runner, so all classes run in FULLY only.
    """
    if attack.noted and ready.runner.name not in FULLY:
        return {GATED}
    if ready.runner.name != Docker.name:
        return attack.classes
    return {min(attack.classes, key=lambda name: len(ready.suite.tests[name]))}


def graded_honestly(standby):
    """Grade the reference."""
    return graded(read_files(ROOT / "reference"), standby)


class Verdicts:
    """The verdicts on attacks, each of which is graded once, on all cores and ahead of the tests about it."""

    def __init__(self, canary):
        """Hand in every attack with `canary`."""
        self._canary = canary
        self._pool = ThreadPoolExecutor(os.cpu_count())
        self._begun = {}
        self._standing_by = {}

    def standby(self, runner):
        """Return what stands by in a runner, given by its name."""
        if runner not in self._standing_by:
            self._standing_by[runner] = Standby(ROOT, candidates(runner, Docker()))
        return self._standing_by[runner]

    def begin(self, attack, runner):
        """Have the attack graded in that runner; return the future verdict."""
        key = attack.name, runner
        if key not in self._begun:
            self._begun[key] = self._pool.submit(attacked, attack, self._canary, self.standby(runner))
        return self._begun[key]

    def wait(self):
        """Wait until nothing is being graded any more."""
        wait(self._begun.values())

    def close(self):
        """Give up what has not begun, and end what stands by."""
        self._pool.shutdown(cancel_futures=True)
        for standby in self._standing_by.values():
            standby.close()
