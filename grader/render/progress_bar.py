"""The live line in a terminal while tests run."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from grader.core.rubric import Rubric
from grader.core.scoring import Outcome, format_points


class SuiteProgress:
    """Counts the tests of one run as they finish; its `listen` takes the run's events."""

    def __init__(self, progress: Progress, task: TaskID, rubric: Rubric) -> None:
        """Show the run as `task` of `progress`, with the titles of `rubric`."""
        self._progress = progress
        self._task = task
        self._titles = {problem.tests: problem.title for problem in rubric.problems}
        self._lost = 0

    def listen(self, kind: str, content: Any) -> None:
        """Take an event of the run."""
        if kind == "collected":
            self._progress.update(self._task, total=sum(len(tests) for tests in content.values()))
        if kind == "result":
            self._lost += content.outcome is not Outcome.PASSED
            self._progress.update(self._task, advance=1, description=self._line(content.group))
        if kind == "stage":
            earned, most = content.score.score, content.score.max_score
            shown = "not judged" if earned is None else f"{format_points(earned)} of {most} points"
            told = f"{shown}; now the second stage"
            self._progress.console.print(told, markup=False)
        if kind == "progress":
            stage = stage_of(content["numbers"])
            self._progress.update(self._task, description=self._line(content["group"], stage))

    def _line(self, group: str, stage: str = "") -> str:
        lost = f"{self._lost} lost" if self._lost else ""
        return " · ".join(filter(None, [self._titles.get(group, group), stage, lost]))


def stage_of(numbers: Mapping[str, float]) -> str:
    """Return how far a training has come, such as "epoch 2 of 3, 40 % of the batches".

    Numbers of other names are not shown. A bare percentage would read like an accuracy.
    """
    epoch, epochs = numbers.get("epoch"), numbers.get("epochs")
    batch, batches = numbers.get("batch"), numbers.get("batches")
    parts = []
    if epoch is not None:
        parts.append(f"epoch {epoch:g}" if epochs is None else f"epoch {epoch:g} of {epochs:g}")
    if batch is not None and batches:
        parts.append(f"{min(max(batch / batches, 0), 1):.0%}".replace("%", " % of the batches"))
    return ", ".join(parts)


@contextmanager
def suite_progress(console: Console, rubric: Rubric) -> Iterator[SuiteProgress]:
    """Show a line that disappears at the end; nothing where the console is no terminal."""
    with _bar(console) as progress:
        yield SuiteProgress(progress, progress.add_task("starting", total=None), rubric)


@contextmanager
def batch_progress(console: Console, total: int) -> Iterator[Progress]:
    """Show how many of `total` submissions are done."""
    with _bar(console) as progress:
        progress.add_task("grading", total=total)
        yield progress


def _bar(console: Console) -> Progress:
    columns = (
        BarColumn(30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
