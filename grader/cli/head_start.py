"""The head start of a verdict on the command line: the suite's process starts before all other work."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.suite.start import StartedSuite

GRADING = ("grade", "grade-all")
HELP = "--help"


def head_start(arguments: Sequence[str], environment: Mapping[str, str]) -> "StartedSuite | None":
    """Start the suite's process for a command that grades; return None for any other.

    Arguments and environment may still be wrong. Whoever reads them says so, and ends the process.
    """
    if arguments[:1] not in [[name] for name in GRADING] or HELP in arguments:
        return None
    from grader.assignment_folder import RUBRIC, assignment_folder
    from grader.suite.start import StartedSuite

    folder = assignment_folder(environment)
    return StartedSuite(folder.resolve()) if (folder / RUBRIC).is_file() else None
