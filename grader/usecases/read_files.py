"""Read the files of a submission that grading reads, from the archive that the store keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.intake import Refused, read_archive
from grader.store.users import Person
from grader.usecases.context import Context
from grader.usecases.show import download_archive

DELETED = "was deleted to save space"
UNREADABLE = "cannot be read by this release of the grader"


@dataclass(frozen=True)
class StoredFiles:
    """The files of a submission by path, or why there are none: the end of a sentence on its archive."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    gone: str = ""


def read_files(context: Context, who: Person, submission_id: str, *, is_kept: bool) -> StoredFiles:
    """Return the files of a submission; staff who read them are in the audit. Raises NotFoundError.

    `is_kept` says that the archive still has its bytes.
    """
    if not is_kept:
        return StoredFiles(gone=DELETED)
    try:
        return StoredFiles(read_archive(download_archive(context, who, submission_id)).files)
    except Refused:
        return StoredFiles(gone=UNREADABLE)
