"""Intake: the bytes of an upload, or a folder, become a `Submission` or a refusal. Intake writes no files."""

from grader.intake.archive import is_zip, read_archive, suffix
from grader.intake.folder import read_folder
from grader.intake.handed_in import read_submission
from grader.intake.limits import DEFAULT_LIMITS, Limits
from grader.intake.refusal import Refused
from grader.intake.rule import Rule
from grader.intake.zipped import file_names, unpack_zip

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "Refused",
    "Rule",
    "file_names",
    "is_zip",
    "read_archive",
    "read_folder",
    "read_submission",
    "suffix",
    "unpack_zip",
]
