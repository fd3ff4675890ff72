"""The progress of long work: a bar with the time left on a terminal, lines of plain text elsewhere."""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from grader.core.text import clean_line
from grader.render.terminal import console_for

MOST_LINES = 10  # of plain text for each stage
NAME_CHARACTERS = 40
MINUTE = 60.0
NO_CURSOR = ("dumb", "unknown")


class Counting(Protocol):
    """Counts the steps of a stage."""

    def begin(self, stage: str, total: int) -> None:
        """Start a stage of `total` steps."""

    def advance(self, name: str = "", steps: int = 1) -> None:
        """Count steps as done; `name` is the last one."""


class Silence:
    """Shows nothing."""

    def begin(self, stage: str, total: int) -> None:
        """Show nothing."""

    def advance(self, name: str = "", steps: int = 1) -> None:
        """Show nothing."""


class Lines:
    """Writes at most ten lines for each stage, as a log wants them."""

    def __init__(self, stream: IO[str]) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._lock = threading.Lock()
        self.begin("", 0)

    def begin(self, stage: str, total: int) -> None:
        """Start a stage of `total` steps."""
        self._stage, self._total, self._done = stage, total, 0
        self._start = time.monotonic()

    def advance(self, name: str = "", steps: int = 1) -> None:  # noqa: ARG002 - a log needs no names
        """Count steps, and write a line at each tenth of them."""
        with self._lock:
            before, self._done = self._done, self._done + steps
            if self._tenth(before) < self._tenth(self._done):
                print(self._line(), file=self._stream, flush=True)

    def _tenth(self, done: int) -> int:
        return min(done, self._total) * MOST_LINES // max(self._total, 1)

    def _line(self) -> str:
        done = f"{self._stage}: {self._done:,} of {self._total:,}"
        left = max(self._total - self._done, 0) * (time.monotonic() - self._start) / self._done
        return f"{done}, {in_words(left)} left" if self._done < self._total else f"{done}, done"


class ProgressBar:
    """Shows a bar, the number of steps, the time left and the last step."""

    def __init__(self, progress: Progress) -> None:
        """Show it as a task of `progress`."""
        self._progress = progress
        self._task: TaskID = progress.add_task("", total=None)

    def begin(self, stage: str, total: int) -> None:
        """Start a stage of `total` steps."""
        self._progress.reset(self._task, total=total, description=stage)

    def advance(self, name: str = "", steps: int = 1) -> None:
        """Count steps as done."""
        self._progress.advance(self._task, steps)
        if name:
            self._progress.update(self._task, description=clean_line(name, NAME_CHARACTERS))


def is_live(stream: IO[str], environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether `stream` is a terminal on which a line can be written again."""
    return stream.isatty() and environment.get("TERM", "").lower() not in NO_CURSOR


@contextmanager
def counting(stream: IO[str], *, quiet: bool = False) -> Iterator[Counting]:
    """Show progress on `stream`: a bar that disappears at the end, or lines; nothing if `quiet`."""
    if quiet:
        yield Silence()
    elif not is_live(stream):
        yield Lines(stream)
    else:
        columns = (
            BarColumn(20),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.description}", markup=False),
        )
        with Progress(*columns, console=console_for(stream), transient=True) as progress:
            yield ProgressBar(progress)


def in_words(seconds: float) -> str:
    """Return a time as a reader wants it: about 40 s, or about 3 min."""
    if seconds < MINUTE:
        return f"about {seconds:.0f} s"
    return f"about {seconds / MINUTE:.0f} min"
