"""The fingerprint of this host for an assignment: the hashes of its files and data, and the versions here."""

import hashlib
import platform
from collections.abc import Mapping
from pathlib import Path

from grader.core.fingerprint import Fingerprint
from grader.suite.assignment import Assignment, hash_folder


def fingerprint_of(assignment: Assignment, folders: Mapping[str, Path]) -> Fingerprint:
    """Return the fingerprint with the data in `folders`, by the variables that name them to submissions."""
    return Fingerprint(
        suite=assignment.suite_sha256,
        rubric=assignment.rubric_sha256,
        data=_hash_folders(folders),
        python=python_version(),
        numpy=numpy_version(),
    )


def python_version() -> str:
    """Return the minor version of Python on this host."""
    return _minor(platform.python_version())


def numpy_version() -> str:
    """Return the minor version of numpy on this host."""
    import numpy as np  # noqa: PLC0415 - a process that has opened a sandbox has imported it; others start sooner

    return _minor(np.__version__)


def _hash_folders(folders: Mapping[str, Path]) -> str:
    if not folders:
        return ""
    hashes = [f"{name}\0{hash_folder(folders[name])}\n" for name in sorted(folders)]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def _minor(full: str) -> str:
    return ".".join(full.split(".")[:2])
