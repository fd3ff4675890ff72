"""What a worker needs of the grader: a verdict on a submission, from any thread, until it is closed."""

from collections.abc import Callable
from typing import Any, Protocol

from grader.core.report import GradedReport
from grader.core.submission import Submission

Listener = Callable[[str, Any], None]


class Grader(Protocol):
    """Grades submissions of one assignment. Its methods may be called by any thread."""

    def grade(self, submission: Submission, seed: int, listen: Listener) -> GradedReport:
        """Return the verdict; `listen` hears of the run's events. Raises SuiteFailed, SandboxError."""

    def close(self) -> None:
        """End all that runs and give back all that is kept ready."""
