"""The live line in a terminal while tests run."""

from collections.abc import Iterator
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
            self._lost += content["outcome"] != Outcome.PASSED
            title = self._titles.get(content["group"], content["group"])
            lost = f"{title} · {self._lost} lost" if self._lost else title
            self._progress.update(self._task, advance=1, description=lost)
        if kind == "stage":
            score = content.score
            told = f"{format_points(score.score)} of {score.max_score} points; now the second stage"
            self._progress.console.print(told, markup=False)


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
