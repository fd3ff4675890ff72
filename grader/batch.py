"""A folder of submissions, graded one by one or several at a time; a failure does not stop the others."""

import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.core.label import Label
from grader.core.report import Status
from grader.core.submission import Submission
from grader.downloads import Download, Found, find_downloads, is_archive, is_of_all, unpack
from grader.intake import Refused, read_submission
from grader.pipeline import Grader
from grader.render.csv import Row
from grader.sandbox.runner import SandboxError
from grader.suite.run import SuiteFailed

REFUSED = "refused"

SeedOf = Callable[[Submission], int]


@contextmanager
def downloads_in(place: Path) -> Iterator[Found]:
    """Give the submissions in a folder, or in one zip of all. Raises Refused, OSError."""
    archives = [place] if place.is_file() else [path for path in place.iterdir() if is_archive(path.name)]
    if len(archives) == 1 and is_of_all(archives[0]):
        with TemporaryDirectory(prefix="grader-downloads-") as folder:
            yield find_downloads(unpack(archives[0], Path(folder)))
    elif place.is_file():
        yield Found([Download(place, place.name, Label())], [])
    else:
        yield find_downloads(place)


def grade_all(found: Sequence[Download], grader: Grader, seed_of: SeedOf, jobs: int) -> Iterator[Row]:
    """Yield the row of each submission, in their order; grade `jobs` of them at a time."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda each: replace(_row(each, grader, seed_of), label=each.label), found)


def _row(download: Download, grader: Grader, seed_of: SeedOf) -> Row:
    name = download.name
    try:
        submission = read_submission(download.path)
        report = grader.grade(submission, seed_of(submission))
    except Refused as refused:
        return Row(name, str(refused), REFUSED)
    except OSError as unreadable:
        return Row(name, f"cannot be read: {unreadable.strerror or unreadable}", REFUSED)
    except (SuiteFailed, SandboxError) as failed:
        return Row(name, str(failed), Status.GRADER_ERROR)
    except Exception as mistake:  # noqa: BLE001 - the grader's mistake gets a row; grading goes on
        traceback.print_exc()
        return Row(name, f"a mistake in the grader: {mistake!r}", Status.GRADER_ERROR)
    return Row(name, report, report.status)
