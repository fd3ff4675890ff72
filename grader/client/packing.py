"""Packs what belongs to a project into a zip, by the rules that intake applies to it."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from grader.intake import DEFAULT_LIMITS, read_archive, read_folder

EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files make the same bytes, whenever they are packed


@dataclass(frozen=True)
class Package:
    """A zip that intake lets through, and what it leaves out, ready to be shown."""

    content: bytes
    left_out: tuple[str, ...]


def pack(path: Path) -> Package:
    """Return a folder as a zip, or a zip as it is. Raises Refused for what the service would refuse."""
    if not path.is_dir():
        with path.open("rb") as file:
            content = file.read(DEFAULT_LIMITS.upload_bytes + 1)
        return Package(content, read_archive(content).dropped)
    work = read_folder(path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in work.files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return Package(packed.getvalue(), work.dropped)
