"""Graded attacks: each is handed in as a zip and graded in one of the runners, a few of them side by side."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from grader.core.scoring import Outcome, score
from grader.intake import Refused, read_archive
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteOutcome, collect_tests, run_suite
from tests.harness.corpus import ALL, RUBRIC, zipped
from tests.harness.samples import ROOT, read_files

SEED = 20_261_124  # not the one that students have
TWICE, BESIDE_ANOTHER = "stale", "siblings"


@dataclass(frozen=True)
class Graded:
    """One run of a submission: its points of 104, and what the suite found out."""

    score: Fraction
    outcome: SuiteOutcome


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
    def lost(self):
        """The names of the tests that it lost, in all of its runs."""
        results = (result for run in self.runs for result in run.outcome.results)
        return [result.name for result in results if result.outcome is not Outcome.PASSED]

    @property
    def reached(self):
        """The lines that it printed because it reached something."""
        return [line for run in self.runs for line in run.outcome.output.splitlines() if "REACHED" in line]


def attacked(attack, canary, runner):
    """Hand in an attack and return its verdict."""
    try:
        files = read_archive(zipped(attack.files_with(canary))).files
    except Refused as refused:
        return Verdict(refused=str(refused))
    if attack.group == BESIDE_ANOTHER:
        with ThreadPoolExecutor(1) as pool:
            beside = pool.submit(graded_honestly, runner)
            return Verdict([graded(files, runner, attack)], beside.result())
    return Verdict([graded(files, runner, attack) for _ in range(2 if attack.group == TWICE else 1)])


def graded(files, runner, attack=None):
    """Grade a submission, with the classes and the time limit of an attack if it is one."""
    job = SuiteJob(
        root=str(ROOT),
        suite="tests/cases",
        files=files,
        runner=runner,
        seed=SEED,
        left_out=sorted(suite_classes() - (attack.classes if attack else ALL)),
        test_seconds=attack.seconds if attack else None,
    )
    outcome = run_suite(job)
    return Graded(score(RUBRIC, outcome.expected, outcome.results).score, outcome)


@cache
def suite_classes():
    """Return all classes of the suite, those of the bonus included."""
    return frozenset(collect_tests(str(ROOT), "tests/cases", "process"))


def graded_honestly(runner):
    """Grade the reference."""
    return graded(read_files(ROOT / "reference"), runner)


class Verdicts:
    """The verdicts on attacks, each of which is graded once, on all cores and ahead of the tests about it."""

    def __init__(self, canary):
        """Hand in every attack with `canary`."""
        self._canary = canary
        self._pool = ThreadPoolExecutor(os.cpu_count())
        self._begun = {}

    def begin(self, attack, runner):
        """Have the attack graded in that runner; return the future verdict."""
        key = attack.name, runner
        if key not in self._begun:
            self._begun[key] = self._pool.submit(attacked, attack, self._canary, runner)
        return self._begun[key]

    def wait(self):
        """Wait until nothing is being graded any more."""
        wait(self._begun.values())

    def close(self):
        """Give up what has not begun."""
        self._pool.shutdown(cancel_futures=True)
