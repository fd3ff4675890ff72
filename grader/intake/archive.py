"""An archive: from its bytes to a submission, in memory. Zips and tar archives are read."""

from grader.core.submission import Submission
from grader.intake.directory import LOCAL_MARK
from grader.intake.limits import DEFAULT_LIMITS, Limits, check_upload
from grader.intake.refusal import Refused
from grader.intake.rule import Rule
from grader.intake.tarred import is_tar, read_tar
from grader.intake.unpacking import compression, decompress
from grader.intake.zipped import read_zip


def read_archive(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Submission:
    """Return the project inside an archive; raise `Refused` when the archive breaks a rule."""
    check_upload(len(data), limits)
    stream = decompress(data, limits)
    if is_tar(stream):
        return read_tar(data, stream, limits)
    if kind := compression(data):
        raise Refused(Rule.NOT_A_ZIP, None, f"the upload is {kind} without a tar archive in it")
    return read_zip(data, limits)


def is_zip(data: bytes) -> bool:
    """Tell whether an accepted archive is a zip."""
    return data.startswith(LOCAL_MARK)


def suffix(data: bytes) -> str:
    """Return the end of the file name that fits an accepted archive."""
    if is_zip(data):
        return ".zip"
    return {"a gzip file": ".tar.gz", "a bzip2 file": ".tar.bz2", "an xz file": ".tar.xz"}.get(
        compression(data) or "", ".tar"
    )
