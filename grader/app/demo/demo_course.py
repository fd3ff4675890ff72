"""The demo course of an assignment: the mistakes of its students, and the parts that they may lack."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.core.document import Document, DocumentError, parse_document

FILE = "tests/assignment/demo_course.yaml"


@dataclass(frozen=True)
class DemoMistake:
    """A mistake, and its place: `instead` replaces the text `find` in `file`.

    `line` is its line in the demo course, for messages.
    """

    wrong: str
    file: str
    find: str
    instead: str
    line: int

    def plant(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return a project with the mistake. Raises DocumentError unless `find` is in it exactly once."""
        text = files.get(self.file, b"").decode()
        times = text.count(self.find)
        if times != 1:
            message = f"this text is in {self.file} {times} times; it must be there once"
            raise DocumentError(self.line, "find", message, name=FILE)
        return {**files, self.file: text.replace(self.find, self.instead).encode()}


@dataclass(frozen=True)
class DemoCourse:
    """The adapters of each part that a project may lack, by its id, and the mistakes, most frequent first."""

    parts: Mapping[str, tuple[str, ...]]
    mistakes: tuple[DemoMistake, ...]


def load_demo_course(root: Path) -> DemoCourse:
    """Return the demo course of the assignment in `root`. Raises DocumentError, FileNotFoundError."""
    document = parse_document((root / FILE).read_text(encoding="utf-8"), FILE)
    document.reject_unknown("parts", "mistakes")
    parts = document.mapping("parts")
    return DemoCourse(
        parts={part: tuple(parts.texts(part)) for part in parts},
        mistakes=tuple(_mistake(stated) for stated in document.mappings("mistakes")),
    )


def _mistake(stated: Document) -> DemoMistake:
    stated.reject_unknown("wrong", "file", "find", "with")
    return DemoMistake(
        wrong=stated.text("wrong"),
        file=stated.text("file"),
        find=stated.text("find"),
        instead=stated.text("with"),
        line=stated.line_of("find"),
    )
