"""Files that a command writes its report to, and the exit status that the report asks for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.exits import Exit

if TYPE_CHECKING:
    from grader.core.report import GradedReport


def writable(path: Path | None) -> Path | None:
    """Refuse a file whose folder is not there before the work is done, not after."""
    if path is not None and not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"the folder {path.absolute().parent} does not exist")
    return path


JsonOption = Annotated[
    Path | None, typer.Option("--json", metavar="OUT", callback=writable, help="Write the report as JSON.")
]
HtmlOption = Annotated[
    Path | None, typer.Option("--html", metavar="OUT", callback=writable, help="Write the report as a page.")
]
PytestOption = Annotated[
    Path | None,
    typer.Option(
        "--pytest-json",
        metavar="OUT",
        callback=writable,
        help="Write the tests in pytest-json-report's format.",
    ),
]


def write_report(
    report: "GradedReport", json_file: Path | None, html_file: Path | None, pytest_file: Path | None = None
) -> None:
    """Write `report` to those of the files that are given."""
    if json_file is not None:
        from grader.core.report import to_document

        _write_json(json_file, to_document(report))
    if pytest_file is not None:
        from grader.core.pytest_report import to_report

        _write_json(pytest_file, to_report(report))
    if html_file is not None:
        from grader.render.html import render_html

        html_file.write_text(render_html(report), encoding="utf-8")


def status_of_exit(report: "GradedReport") -> Exit:
    """Return the exit status of a command that graded."""
    return Exit.DONE if report.complete else Exit.NOT_JUDGED


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(
        f"{json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)}\n", encoding="utf-8"
    )
