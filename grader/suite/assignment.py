"""An assignment: a folder with a rubric and a suite, and the hashes by which a report names them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from grader.core.rubric import Rubric, parse_rubric

RUBRIC = "rubric.yaml"
UNTRACKED = frozenset(["__pycache__", ".pytest_cache"])


@dataclass(frozen=True)
class Assignment:
    """An assignment's folder, its rubric, and the SHA-256 of the rubric and of all files of the suite."""

    root: Path
    rubric: Rubric
    rubric_sha256: str
    suite_sha256: str


def load_assignment(root: Path) -> Assignment:
    """Return the assignment in the folder `root`. Raises DocumentError, FileNotFoundError."""
    content = (root / RUBRIC).read_bytes()
    rubric = parse_rubric(content.decode(), RUBRIC)
    suite = root / rubric.suite
    if not suite.is_dir():
        raise FileNotFoundError(f"{RUBRIC}: the suite {rubric.suite!r} is no folder in {root}")
    return Assignment(root, rubric, hashlib.sha256(content).hexdigest(), hash_folder(suite))


def hash_folder(folder: Path) -> str:
    """Return the SHA-256 of all files below `folder`, names and contents, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not UNTRACKED & set(path.parts):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()
