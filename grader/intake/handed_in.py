"""A submission that lies on this machine: a zip file or a folder."""

from pathlib import Path

from grader.core.submission import Submission
from grader.intake.archive import read_archive
from grader.intake.folder import read_folder
from grader.intake.limits import DEFAULT_LIMITS


def read_submission(path: Path) -> Submission:
    """Return the submission in a zip file or a folder. Raises Refused, OSError."""
    if path.is_dir():
        return read_folder(path)
    with path.open("rb") as file:  # a larger file is refused in any case
        return read_archive(file.read(DEFAULT_LIMITS.upload_bytes + 1))
