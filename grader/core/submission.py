"""A submission: the files that a student handed in, as bytes in memory, under one hash."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Submission:
    """An accepted upload: all data that the later stages get.

    Attributes: `sha256` names the bytes that came in (the zip's own, or a folder's paths and
    contents); `files` maps relative POSIX paths below the project's top folder to contents, in
    sorted order; `dropped` lists the names that intake left out, ready to print.
    """

    sha256: str
    files: Mapping[str, bytes]
    dropped: tuple[str, ...] = ()
