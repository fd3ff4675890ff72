"""`grader score`: the points for a report of pytest-json-report from any machine."""

import hashlib
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.exits import Exit, fail
from grader.cli.outputs import HtmlOption, JsonOption, status_of_exit, write_report

app = typer.Typer()


@app.command("score")
def score_command(
    report: Annotated[
        Path,
        typer.Argument(
            metavar="REPORT.json", exists=True, dir_okay=False, help="A report of pytest-json-report."
        ),
    ],
    rubric_file: Annotated[
        Path | None,
        typer.Option(
            "--rubric",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Use this rubric instead of the assignment's.",
        ),
    ] = None,
    json_file: JsonOption = None,
    html_file: HtmlOption = None,
) -> None:
    """Print the points for a report of `pytest --json-report`."""
    from grader.core.pytest_report import ReportError
    from grader.core.rubric import parse_rubric
    from grader.render.terminal import console_for, print_report
    from grader.settings import read_settings
    from grader.suite.assignment import load_assignment
    from grader.suite.run import SuiteProcess
    from grader.suite.start import StartedSuite
    from grader.unattested import score_report

    assignment = load_assignment(read_settings().assignment)
    if rubric_file is not None:
        content = rubric_file.read_bytes()
        rubric = parse_rubric(content.decode(), rubric_file.name)
        assignment = replace(assignment, rubric=rubric, rubric_sha256=hashlib.sha256(content).hexdigest())
    with closing(SuiteProcess(StartedSuite(assignment.root))) as suite:
        expected = suite.tests
    try:
        graded = score_report(report, assignment, expected)
    except ReportError as error:
        fail(str(error), Exit.USAGE_ERROR)
    print_report(graded, console_for(sys.stdout))
    write_report(graded, json_file, html_file)
    raise typer.Exit(status_of_exit(graded))
