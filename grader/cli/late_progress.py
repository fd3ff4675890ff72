"""The progress line of one verdict, which appears with the first result."""

from contextlib import ExitStack
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.core.rubric import Rubric
    from grader.render.progress_bar import SuiteProgress


class LateProgress(ExitStack):
    """Shows how far a run is, until this context ends.

    While the suite starts, all processors are busy. So this class imports the modules of the terminal with
    the first event of a test, when one processor is idle.
    """

    def __init__(self, rubric: "Rubric") -> None:
        """Show the titles of `rubric`."""
        super().__init__()
        self._rubric = rubric
        self._waiting: list[tuple[str, Any]] = []
        self._progress: SuiteProgress | None = None

    def listen(self, kind: str, content: Any) -> None:
        """Take an event of the run."""
        self._waiting.append((kind, content))
        if kind == "collected":
            return
        self._progress = self._progress or self._show()
        for event in self._waiting:
            self._progress.listen(*event)
        self._waiting.clear()

    def _show(self) -> "SuiteProgress":
        from rich.console import Console

        from grader.render.progress_bar import suite_progress

        import_module("grader.render.terminal")  # the report comes next
        return self.enter_context(suite_progress(Console(stderr=True), self._rubric))
