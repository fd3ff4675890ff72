"""Finds the submissions in a folder of downloads of any system, and the names of other files."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.core.label import Label
from grader.core.text import clean_line
from grader.downloads.gradescope import METADATA, labels_in
from grader.downloads.names import (
    is_archive,
    is_no_submission,
    is_note_of_blackboard,
    is_text_of_moodle,
    label_in_note,
    label_of,
)
from grader.intake.adapters_file import ADAPTERS

NAME_CHARACTERS = 200
NOTE_BYTES = 10_000


@dataclass(frozen=True)
class Download:
    """One submission: the file or folder to grade, its path in the download, and its label."""

    path: Path
    name: str
    label: Label


@dataclass(frozen=True)
class Found:
    """The submissions of a folder, and the names of other files."""

    submissions: Sequence[Download]
    passed_over: Sequence[str]


@dataclass
class _Folder:
    """One folder of downloads while it is looked through."""

    path: Path
    labels: Mapping[str, Label]
    passed_over: list[str] = field(default_factory=list)


def find_downloads(path: Path) -> Found:
    """Return the submissions in a folder, in the order of their names. Raises OSError."""
    path = _inner(path)
    folder = _Folder(path, _labels(path))
    found = [each for item in _items(path) for each in _downloads(item, folder)]
    return Found(_clone_name(found), folder.passed_over)


def _inner(path: Path) -> Path:
    """Return the folder that holds the submissions: maybe the only one in `path`."""
    items = [item for item in _items(path) if not is_no_submission(item.name)]
    if len(items) != 1 or not items[0].is_dir() or label_of(items[0].name):
        return path
    inner = items[0]
    below = [item.name for item in _items(inner)]
    return inner if METADATA in below or any(map(label_of, below)) else path


def _items(path: Path) -> list[Path]:
    return sorted(path.iterdir(), key=lambda item: item.name)


def _labels(path: Path) -> dict[str, Label]:
    """Return the labels in the system's own files in a folder, by name."""
    metadata = path / METADATA
    labels = labels_in(metadata.read_bytes()) if metadata.is_file() else {}
    for item in _items(path):
        label = label_of(item.name)
        if label and is_note_of_blackboard(item.name):
            with item.open("rb") as file:
                named = label_in_note(file.read(NOTE_BYTES).decode("utf-8", "replace"))
            student, identity = named or (label.student, label.id)
            labels[item.stem] = replace(label, student=clean_line(student, NAME_CHARACTERS), id=identity)
    return labels


def _downloads(item: Path, folder: _Folder) -> Iterator[Download]:
    """Yield the submissions that one item of a folder is: none, one, or several attempts."""
    label = label_of(item.name)
    if is_no_submission(item.name) or is_text_of_moodle(item.name) or is_note_of_blackboard(item.name):
        folder.passed_over.append(item.name)
    elif item.is_dir() and not item.is_symlink():
        label = folder.labels.get(item.name) or label or Label()
        for path in _in_folder(item):
            yield Download(path, os.fspath(path.relative_to(folder.path)), label)
    elif label or is_archive(item.name) or item.suffix == ".py":
        noted = next((each for stem, each in folder.labels.items() if item.name.startswith(f"{stem}_")), None)
        yield Download(item, item.name, noted or label or Label())
    else:
        folder.passed_over.append(item.name)


def _in_folder(folder: Path) -> list[Path]:
    """Return the archives that stand for a folder which is no project itself, or the folder."""
    if _is_project(folder):
        return [folder]
    files = [item for item in _items(folder) if not is_no_submission(item.name)]
    archives = [item for item in files if item.is_file() and is_archive(item.name)]
    return archives or [folder]


def _is_project(folder: Path) -> bool:
    """Tell whether a folder has adapters, at most two folders down."""
    return any(True for depth in ("", "*/", "*/*/") for _ in folder.glob(f"{depth}{ADAPTERS}"))


def _clone_name(found: Sequence[Download]) -> list[Download]:
    """Name clones by their names without the common part: GitHub Classroom calls them assignment-user."""
    clones = [each for each in found if (each.path / ".git").exists() and not each.label.person]
    common = _common_start([each.name for each in clones])
    start = common.rfind("-") + 1 if len(clones) > 1 else 0
    named = {each.name: each.name[start:] for each in clones if start}
    return [
        replace(each, label=Label(named[each.name], named[each.name])) if each.name in named else each
        for each in found
    ]


def _common_start(names: Sequence[str]) -> str:
    """Return the characters with which all names begin."""
    shortest = min(names, key=len, default="")
    differs = (at for at in range(len(shortest)) if any(name[at] != shortest[at] for name in names))
    return shortest[: next(differs, len(shortest))]
