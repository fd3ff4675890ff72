"""Packs the files of a project into a zip, by the rules of intake."""

from dataclasses import dataclass
from pathlib import Path

from grader.intake import DEFAULT_LIMITS, read_archive, read_folder
from grader.template.files import zipped


@dataclass(frozen=True)
class Package:
    """A zip that intake accepts, and the names of omitted files, ready to print."""

    content: bytes
    left_out: tuple[str, ...]


def pack(path: Path) -> Package:
    """Return a folder as a zip, or a zip as it is. Raises Refused as the service would."""
    if not path.is_dir():
        with path.open("rb") as file:
            content = file.read(DEFAULT_LIMITS.upload_bytes + 1)
        return Package(content, read_archive(content).dropped)
    work = read_folder(path)
    return Package(zipped(work.files), work.dropped)
