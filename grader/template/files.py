"""The files of a folder as a mapping from path to content: read, written, zipped."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from grader.core.leftovers import LEFTOVERS


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the content of each file below `folder` by its path there, without what tools leave behind."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} does not exist or is no folder")
    paths = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    kept = [path for path in paths if LEFTOVERS.isdisjoint(path.parts)]
    return {path.as_posix(): (folder / path).read_bytes() for path in kept}


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files into `folder`, which is made if need be, and return their paths."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return [folder / path for path in files]


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return `files` as a zip, the same bytes for the same files."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path, content in sorted(files.items()):
            target.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()
