"""A folder of submissions, graded one by one or a few at a time; none can stop the others."""

import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.core.report import Status
from grader.core.submission import Submission
from grader.intake import DEFAULT_LIMITS, Refused, read_archive, read_folder
from grader.pipeline import Grader
from grader.render.csv import Row
from grader.sandbox.runner import SandboxError
from grader.suite.run import SuiteFailed

REFUSED = "refused"

SeedOf = Callable[[Submission], int]


def read_submission(path: Path) -> Submission:
    """Return the submission in a zip file or a folder. Raises Refused, OSError."""
    if path.is_dir():
        return read_folder(path)
    with path.open("rb") as file:  # a larger file need not be read to its end to be refused
        return read_archive(file.read(DEFAULT_LIMITS.upload_bytes + 1))


def find_submissions(folder: Path) -> list[Path]:
    """Return what stands directly in `folder` and is not hidden, sorted by name: each is a submission."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def grade_all(paths: list[Path], grader: Grader, seed_of: SeedOf, jobs: int) -> Iterator[Row]:
    """Yield what becomes of each submission, in the order of `paths`, `jobs` of them graded at a time."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda path: _row(path, grader, seed_of), paths)


def _row(path: Path, grader: Grader, seed_of: SeedOf) -> Row:
    try:
        submission = read_submission(path)
        report = grader.grade(submission, seed_of(submission))
    except Refused as refused:
        return Row(path.name, str(refused), REFUSED)
    except OSError as unreadable:
        return Row(path.name, f"cannot be read: {unreadable.strerror or unreadable}", REFUSED)
    except (SuiteFailed, SandboxError) as failed:
        return Row(path.name, str(failed), Status.GRADER_ERROR)
    except Exception as mistake:  # noqa: BLE001 - ours; it is told, and the others are graded all the same
        traceback.print_exc()
        return Row(path.name, f"a mistake in the grader: {mistake!r}", Status.GRADER_ERROR)
    return Row(path.name, report, report.status)
