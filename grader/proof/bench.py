"""The bench: runs changed copies of the reference on chosen classes of the suite, several at a time."""

import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from grader.core.scoring import Outcome, TestResult
from grader.proof.functions import Place, announcing, places_called
from grader.suite.cache import PreparedSuite
from grader.suite.messages import Results, SuiteJob
from grader.suite.run import Listener, SuiteOutcome, ignore
from grader.suite.session import CANNOT_IMPORT

SEED = 0
TEST_SECONDS = 3.0  # several times what a test of the reference takes
T = TypeVar("T")
R = TypeVar("R")
Files = Mapping[str, bytes]


class Enough(Exception):  # noqa: N818 - an event, no error
    """The run has shown its result; the bench ends it."""


@dataclass(frozen=True)
class FirstLoss:
    """The first class of a run that lost tests, and those tests; `is_broken` if nothing can be imported."""

    group: str
    tests: tuple[str, ...]
    is_broken: bool = False


class Bench:
    """Runs copies of the files `base` in the processes of `prepared`.

    Attributes: `classes` (of the suite, in its order, without the slow ones) and `slow` (the classes of the
    second stage).
    """

    def __init__(self, prepared: PreparedSuite, base: Files, jobs: int) -> None:
        self.base = base
        self.tests = prepared.suite.tests
        self.slow = prepared.assignment.manifest.second_stage
        self.classes = [name for name in self.tests if name not in self.slow]
        self._prepared = prepared
        self._jobs = jobs

    def each(self, work: Callable[[T], R], items: Iterable[T], done: Callable[[], None]) -> list[R]:
        """Return `work` of all items, several at a time, in their order; call `done` after each."""

        def one(item: T) -> R:
            result = work(item)
            done()
            return result

        with ThreadPoolExecutor(self._jobs) as pool:
            return list(pool.map(one, items))

    def run(self, changed: Files, classes: Collection[str]) -> SuiteOutcome:
        """Return the outcome of `classes` on the base with the files `changed`."""
        return self._run(changed, classes, ignore)

    def first_loss(self, changed: Files, classes: Collection[str]) -> FirstLoss | None:
        """Return the first loss in `classes`, in a drawn order; run no further class after it."""
        watch = _Watch()
        with contextlib.suppress(Enough):
            self._run(changed, classes, watch.hear)
        return watch.loss()

    def reach(self, done: Callable[[], None]) -> dict[Place, list[str]]:
        """Return the classes, in the suite's order, that reach each function of the base."""
        announced = {file: announcing(file, text) for file, text in self.base.items() if is_module(file)}

        def called_by(name: str) -> set[Place]:
            printed = b"\n".join(output.kept for output in self.run(announced, [name]).outputs)
            return places_called(printed)

        reached: dict[Place, list[str]] = {}
        for name, places in zip(self.tests, self.each(called_by, self.tests, done), strict=True):
            for place in places:
                reached.setdefault(place, []).append(name)
        return reached

    def _run(self, changed: Files, classes: Collection[str], listen: Listener) -> SuiteOutcome:
        job = SuiteJob(
            files={**self.base, **changed},
            seed=SEED,
            left_out=[name for name in self.tests if name not in classes],
            test_seconds=TEST_SECONDS,
        )
        return self._prepared.suite.run(job, self._prepared.runner, listen)


class _Watch:
    """Watches the results of a run, and ends it after the first class that lost tests."""

    def __init__(self) -> None:
        self._results = Results()
        self._group = ""

    def hear(self, kind: str, content: Any) -> None:
        """Take an event of the run. Raises Enough."""
        self._results.hear(kind, content)
        if kind == "result":
            if self._group not in {"", content.group}:
                raise Enough
            if content.outcome is not Outcome.PASSED:
                self._group = content.group

    def loss(self) -> FirstLoss | None:
        """Return the first loss, or None."""
        lost = losses([result for result in self._results.so_far if result.group == self._group])
        if not lost:
            return None
        is_broken = lost[0].message.startswith(CANNOT_IMPORT)
        return FirstLoss(self._group, tuple(result.name for result in lost), is_broken)


def losses(results: Sequence[TestResult]) -> list[TestResult]:
    """Return the results of tests that the submission lost."""
    return [result for result in results if result.outcome is not Outcome.PASSED]


def is_module(file: str) -> bool:
    """Tell whether a file of the reference is a module of Python."""
    return file.endswith(".py")
