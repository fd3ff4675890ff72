"""The student's project: the template, the assignment's suite and rubric, and the scoring of the grader."""

import re
from pathlib import Path

from grader.core.rubric import parse_rubric
from grader.template.files import read_files, write_files
from grader.template.generate import TEMPLATE

RUBRIC = "rubric.yaml"
SUBMIT = "submit.py"
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)")  # in Markdown
PACKAGE = Path(__file__).resolve().parents[1]  # the grader's own
SCORING = (
    "__init__.py",
    *(f"core/{name}.py" for name in ("__init__", "advice", "document", "rubric", "scoring", "text")),
    *(f"render/{name}.py" for name in ("__init__", "advice_lines", "block", "failure", "marks")),
    *(f"render/{name}.py" for name in ("points_table", "screen")),
    *(f"boundary/{name}.py" for name in ("__init__", "elsewhere", "parts", "source")),
)


def export(assignment_root: Path, destination: Path) -> list[Path]:
    """Write a complete student project into `destination`, a new or empty folder; return the written paths.

    Raises FileExistsError when something is there already, FileNotFoundError when a part of the assignment is
    missing, and DocumentError when its rubric is wrong; nothing is written then.
    """
    files = project(assignment_root)
    if destination.exists() and not (destination.is_dir() and not any(destination.iterdir())):
        raise FileExistsError(f"{destination} is there already and not an empty folder; name a new one")
    return write_files(destination, files)


def project(assignment_root: Path) -> dict[str, bytes]:
    """Return the files of a student's project by path.

    They are the template, the rubric, the handout with its pictures if there is one, the suite, the modules
    beside the suite (which its tests import), the program that hands in, and those modules of the grader that
    count and show points, unchanged, and those that import as grading does, so that a student's table has the
    grader's numbers and look.
    """
    content = (assignment_root / RUBRIC).read_bytes()
    rubric = parse_rubric(content.decode(), RUBRIC)
    suite = Path(rubric.suite)
    beside = sorted((assignment_root / suite.parent).glob("*.py"))
    cases = read_files(assignment_root / suite)
    return {
        **{f"grader/{name}": (PACKAGE / name).read_bytes() for name in SCORING},
        **{(suite.parent / path.name).as_posix(): path.read_bytes() for path in beside},
        **(_handout(assignment_root, rubric.handout) if rubric.handout else {}),
        **{(suite / path).as_posix(): content for path, content in cases.items()},
        **read_files(assignment_root / TEMPLATE),
        SUBMIT: (PACKAGE / "client" / "standalone.py").read_bytes(),
        RUBRIC: content,
    }


def _handout(assignment_root: Path, path: str) -> dict[str, bytes]:
    """Return the handout and the pictures that it shows from its own folder or below, by path."""
    text = (assignment_root / path).read_bytes()
    folder = (assignment_root / path).parent.resolve()
    named = {(folder / name).resolve() for name in PICTURE.findall(text.decode())}
    pictures = sorted(each for each in named if each.is_relative_to(folder) and each.is_file())
    root = assignment_root.resolve()
    return {path: text, **{each.relative_to(root).as_posix(): each.read_bytes() for each in pictures}}
