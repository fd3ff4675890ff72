"""An assignment: a folder with a rubric and a suite, and the hashes by which a report names them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from grader.assignment_folder import RUBRIC
from grader.core.leftovers import LEFTOVERS
from grader.core.rubric import Rubric, parse_rubric
from grader.suite.manifest import Manifest, load_manifest


@dataclass(frozen=True)
class Assignment:
    """An assignment's folder, its rubric, how its suite is run, and the SHA-256 of rubric and suite."""

    root: Path
    rubric: Rubric
    manifest: Manifest
    rubric_sha256: str
    suite_sha256: str

    def files(self) -> list[Path]:
        """Return the files of the rubric, the suite and the provided modules."""
        provided = [self.root / source for source in self.manifest.provided.values()]
        return [self.root / RUBRIC, *_files_below(self.root / self.rubric.suite), *provided]


def load_assignment(root: Path) -> Assignment:
    """Return the assignment in the folder `root`. Raises DocumentError, FileNotFoundError."""
    content = (root / RUBRIC).read_bytes()
    rubric = parse_rubric(content.decode(), RUBRIC)
    suite = root / rubric.suite
    if not suite.is_dir():
        raise FileNotFoundError(f"{RUBRIC}: the suite {rubric.suite!r} is not a folder in {root}")
    manifest = load_manifest(root, rubric.suite)
    return Assignment(root, rubric, manifest, hashlib.sha256(content).hexdigest(), hash_folder(suite))


def hash_folder(folder: Path) -> str:
    """Return the SHA-256 of all files below `folder`, names and contents, in the order of their names."""
    digest = hashlib.sha256()
    for path in _files_below(folder):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def _files_below(folder: Path) -> list[Path]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in paths if LEFTOVERS.isdisjoint(path.relative_to(folder).parts)]
