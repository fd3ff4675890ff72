"""The progress line of a student while the service grades: the state of the submission."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from grader.client.service_client import Event
from grader.render.counting import is_live
from grader.render.progress_bar import stage_of


class Following:
    """Turns events into one line of progress."""

    def __init__(self, progress: Progress) -> None:
        """Show them as one task of `progress`."""
        self._progress = progress
        self._task = progress.add_task("handed in", total=None)

    def take(self, event: Event) -> None:
        """Show an event; kinds that are not known are passed over."""
        takers = {
            "place": self._place,
            "state": self._state,
            "tests": self._tests,
            "stage": self._stage,
            "training": self._training,
        }
        takers.get(event.kind, self._pass_over)(event)

    def _place(self, event: Event) -> None:
        seconds = event.data["estimated_wait_seconds"]
        wait = "the wait is unknown" if seconds is None else f"about {seconds} s"
        self._say(f"number {event.data['place']} in the queue, {wait}")

    def _state(self, event: Event) -> None:
        self._say(str(event.data["state"]))

    def _tests(self, event: Event) -> None:
        done, total = event.data["done"], event.data["total"]
        self._progress.update(self._task, completed=done, total=total)
        self._say(f"{done - event.data['passed']} lost")

    def _stage(self, event: Event) -> None:
        self._say(f"{event.data['score']:g} / {event.data['max_score']}; training")

    def _training(self, event: Event) -> None:
        self._say(f"training, {stage_of(event.data.get('numbers', {}))}")

    def _pass_over(self, event: Event) -> None:
        pass

    def _say(self, text: str) -> None:
        self._progress.update(self._task, description=text)


@contextmanager
def show_progress(console: Console) -> Iterator[Following]:
    """Show a line that disappears at the end; nothing where no line can be written again."""
    columns = (
        BarColumn(30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True, disable=not is_live(console.file)) as progress:
        yield Following(progress)
