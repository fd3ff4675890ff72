"""The limits of an upload, and the checks that need no look at its entries."""

from dataclasses import dataclass

from grader.intake.refusal import Refused
from grader.intake.rule import Rule

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Limits:
    """How much an upload may bring.

    `entries` and `directory_bytes` bind all that is listed, junk included, and leave room for a forgotten
    .venv. `unpacked_bytes` binds a whole tar archive. `files`, `file_bytes`, `total_bytes` and `ratio` bind
    the project, `depth` and `path_bytes` all names that are not junk. Files up to `ratio_free_bytes` may be
    packed as tightly as they like.
    """

    upload_bytes: int = 32 * MIB
    unpacked_bytes: int = 64 * MIB
    entries: int = 20_000
    directory_bytes: int = 8 * MIB
    files: int = 500
    file_bytes: int = 1 * MIB
    total_bytes: int = 16 * MIB
    ratio: int = 200
    ratio_free_bytes: int = 64 * KIB
    depth: int = 16
    path_bytes: int = 240


DEFAULT_LIMITS = Limits()


def check_upload(upload_bytes: int, limits: Limits) -> None:
    """Refuse an upload that is too large to look at."""
    if upload_bytes > limits.upload_bytes:
        message = f"the upload has {upload_bytes:,} bytes, {limits.upload_bytes:,} are allowed"
        raise Refused(Rule.UPLOAD_SIZE, None, message)


def check_entry_count(count: int, limits: Limits) -> None:
    """Refuse a listing too long to look through."""
    if count > limits.entries:
        message = f"the upload lists more than {limits.entries:,} entries"
        raise Refused(Rule.ENTRY_COUNT, None, message)


def check_directory_size(size: int, limits: Limits) -> None:
    """Refuse an archive whose names and notes are too long to look through."""
    if size > limits.directory_bytes:
        message = f"the archive's directory has {size:,} bytes, {limits.directory_bytes:,} are allowed"
        raise Refused(Rule.ENTRY_COUNT, None, message)


def check_size(size: int, limits: Limits) -> None:
    """Refuse an archive of submissions that unpacks to too much."""
    if size > limits.total_bytes:
        message = f"the archive unpacks to {size:,} bytes, {limits.total_bytes:,} are allowed"
        raise Refused(Rule.TOTAL_SIZE, None, message)
