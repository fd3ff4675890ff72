"""The one zip of all submissions that a learning management system offers, unpacked into a folder."""

from pathlib import Path

from grader.downloads.gradescope import METADATA
from grader.downloads.names import label_of
from grader.intake import Limits, Refused, file_names, unpack_zip

GIBI = 1 << 30
LIMITS = Limits(
    upload_bytes=4 * GIBI, directory_bytes=GIBI, entries=500_000, file_bytes=GIBI, total_bytes=8 * GIBI
)


def unpack(archive: Path, target: Path) -> Path:
    """Return the folder `target` with the plain files of the archive. Raises Refused."""
    for path, content in unpack_zip(archive.read_bytes(), LIMITS):
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return target


def is_of_all(archive: Path) -> bool:
    """Tell whether a zip holds the submissions of many, by the names in it."""
    try:
        names = file_names(archive.read_bytes(), LIMITS)
    except Refused:
        return False
    parts = [part for name in names for part in name.split("/")[:2]]
    return METADATA in parts or any(label_of(part) for part in parts)
