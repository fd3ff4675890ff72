"""Draws the picture of a terminal, docs/report.svg: `uv run python scripts/picture.py`.

It is the report of a submission that loses points: the reference with two mistakes that students make.
"""

import io
import re
from contextlib import closing
from pathlib import Path

from rich.console import Console

from grader.core.submission import Submission
from grader.intake import read_folder
from grader.pipeline import Grader
from grader.render.terminal import print_report
from grader.sandbox.forking import JAIL

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = 80
MISTAKES = {
    "smulgrad/rules.py": ("g * (1.0 - z * z)", "g * (1.0 - x * x)"),  # tanh's derivative by its input
    "smulgrad/arrays.py": ("if added := g.ndim - len(shape):", "if added := 0:"),  # no sum over added axes
}


def main() -> None:
    """Grade it and write the picture."""
    work = read_folder(ROOT / "reference")
    files = dict(work.files)
    for path, (right, wrong) in MISTAKES.items():
        source = files[path].decode()
        if right not in source:
            raise SystemExit(f"{path} no longer holds {right!r}; choose another mistake in {__file__}")
        files[path] = source.replace(right, wrong).encode()
    submission = Submission(work.sha256, files)
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    with closing(Grader(ROOT, [JAIL], with_bonus=False)) as grader:
        print_report(grader.grade(submission, seed=0), console)
    drawing = console.export_svg(title="grader grade submission.zip")
    local = re.sub(r"@font-face \{.*?\}", "", drawing, flags=re.DOTALL)  # no font from another host
    (ROOT / "docs" / "report.svg").write_text(local, encoding="utf-8")


if __name__ == "__main__":
    main()
