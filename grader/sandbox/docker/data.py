"""Folders that a submission may read: a layer on the sandbox's image, made once per content.

An image has advantages over a volume: it exists completely or not at all, its name identifies its content, it
is read-only, and the worker needs no path of the engine's machine to fill it.
"""

import hashlib
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from docker import APIClient
from docker.errors import ImageNotFound

from grader.sandbox.docker.engine import LABEL, remove

REPOSITORY = "grader-sandbox-data"
PLACE = "/data"
DIGITS = 32  # of the hash, in the image's tag
READABLE, LISTABLE = 0o444, 0o555


def inside(folders: Mapping[str, Path]) -> dict[str, Path]:
    """Return where in the container each of the folders is."""
    return {variable: Path(PLACE, variable) for variable in folders}


def image_with(api: APIClient, image: str, folders: Mapping[str, Path]) -> str:
    """Return the name of an image with the files of `image` and `folders`; make it if it does not exist."""
    base = _identity(api, image)
    if not folders:
        return image
    tag = _content_hash(base, folders)
    try:
        _identity(api, f"{REPOSITORY}:{tag}")
    except ImageNotFound:
        _make(api, base, folders, tag)
    return f"{REPOSITORY}:{tag}"


def _identity(api: APIClient, image: str) -> str:
    """Return the id of an image. Raises ImageNotFound."""
    found: dict[str, str] = api.inspect_image(image)  # type: ignore[no-untyped-call] # the stubs say nothing
    return found["Id"]


def _make(api: APIClient, base: str, folders: Mapping[str, Path], tag: str) -> None:
    """Make the image in a container that is never started. Two that do it at once make the same."""
    helper = api.create_container(base, labels={LABEL: "1"}, entrypoint=[], command=["never-started"])["Id"]
    try:
        with tempfile.TemporaryFile() as archive:
            _pack(folders, archive)
            archive.seek(0)
            api.put_archive(helper, "/", archive)
        api.commit(helper, REPOSITORY, tag)
    finally:
        remove(api, helper)


def _pack(folders: Mapping[str, Path], archive: IO[bytes]) -> None:
    """Write all files into a tar archive, readable by everybody."""
    with tarfile.open(fileobj=archive, mode="w") as packed:
        for name in (PLACE, *map(str, inside(folders).values())):
            packed.addfile(_entry(name, tarfile.DIRTYPE, LISTABLE))
        for name, path in _files(folders):
            entry = _entry(name, tarfile.REGTYPE, READABLE)
            entry.size = path.stat().st_size
            with path.open("rb") as content:
                packed.addfile(entry, content)


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name.lstrip("/"))
    entry.type, entry.mode = kind, mode
    return entry


def _files(folders: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Yield the files of all folders: the place in the container, and the place here."""
    for variable, place in inside(folders).items():
        for path in sorted(folders[variable].rglob("*")):
            if path.is_file():
                yield f"{place}/{path.relative_to(folders[variable]).as_posix()}", path


def _content_hash(base: str, folders: Mapping[str, Path]) -> str:
    """Return a hash of the image below and of all names and contents."""
    digest = hashlib.sha256(base.encode())
    for name, path in _files(folders):
        with path.open("rb") as content:
            digest.update(f"\0{name}\0{hashlib.file_digest(content, 'sha256').hexdigest()}".encode())
    return digest.hexdigest()[:DIGITS]
