"""The student's project: the template, the assignment's suite and rubric, and the scoring of the grader."""

from pathlib import Path

from grader.core.rubric import parse_rubric
from grader.template.files import read_files, write_files
from grader.template.generate import TEMPLATE

RUBRIC = "rubric.yaml"
SUBMIT = "submit.py"
HANDOUT = ("docs/handout.md", "docs/handout/*.svg")  # what there is of it
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

    They are the template, the rubric, the handout if there is one, the suite, the modules beside the suite
    (which its tests import), the program that hands in, and those modules of the grader that count and show
    points, unchanged, and those that import as grading does, so that a student's table has the grader's
    numbers and look.
    """
    rubric = (assignment_root / RUBRIC).read_bytes()
    suite = Path(parse_rubric(rubric.decode(), RUBRIC).suite)
    beside = sorted((assignment_root / suite.parent).glob("*.py"))
    handout = [path for pattern in HANDOUT for path in sorted(assignment_root.glob(pattern))]
    cases = read_files(assignment_root / suite)
    return {
        **{f"grader/{name}": (PACKAGE / name).read_bytes() for name in SCORING},
        **{(suite.parent / path.name).as_posix(): path.read_bytes() for path in beside},
        **{path.relative_to(assignment_root).as_posix(): path.read_bytes() for path in handout},
        **{(suite / path).as_posix(): content for path, content in cases.items()},
        **read_files(assignment_root / TEMPLATE),
        SUBMIT: (PACKAGE / "client" / "standalone.py").read_bytes(),
        RUBRIC: rubric,
    }
