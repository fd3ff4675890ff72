"""The fingerprint of this host for an assignment: the hashes of its files and data, and the versions here."""

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from grader.core.fingerprint import Fingerprint
from grader.suite.assignment import Assignment, hash_folder


def fingerprint_of(assignment: Assignment, folders: Mapping[str, Path]) -> Fingerprint:
    """Return the fingerprint with the data in `folders`, by the variables that name them to submissions."""
    return Fingerprint(
        suite=assignment.suite_sha256,
        rubric=assignment.rubric_sha256,
        data=_hash_folders(folders),
        python=_minor(platform.python_version()),
        numpy=_minor(version("numpy")),
    )


def _hash_folders(folders: Mapping[str, Path]) -> str:
    if not folders:
        return ""
    hashes = [f"{name}\0{hash_folder(folders[name])}\n" for name in sorted(folders)]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def _minor(full: str) -> str:
    return ".".join(full.split(".")[:2])
