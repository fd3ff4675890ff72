"""The `grader` command: all its groups. Its exit status is one of `grader.cli.exits`."""

import io
import sys
from typing import Annotated

import typer

from grader import __version__
from grader.cli import (
    check_rubric,
    course,
    doctor,
    grade,
    grade_all,
    keep,
    list_audit,
    prune,
    score,
    serve,
    submit,
    template,
    user,
)
from grader.cli.error_exits import end_with
from grader.cli.exits import Exit
from grader.suite.start import StartedSuite

COMMANDS = (grade, grade_all, score, serve, submit, keep, prune, list_audit, doctor)
GROUPS = {"course": course, "user": user, "rubric": check_rubric, "template": template}
HELP = """Grade submissions, or run the service of a course.

Exit status: 0 done, 1 graded but some tests could not be judged, 2 usage error, 3 refused at intake, 4 the
grader itself failed.
"""

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, help=HELP)
for module in COMMANDS:
    app.add_typer(module.app)
for name, module in GROUPS.items():
    app.add_typer(module.app, name=name)


def run(suite: StartedSuite | None) -> SystemExit:
    """Run the command line and return its end; a command that grades uses the process `suite`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a character shows another one
    try:
        try:
            app(obj=suite)
        except Exception as error:  # noqa: BLE001 - the status must say that it was not the submission
            end_with(error)
    except SystemExit as end:
        return end
    return SystemExit(Exit.DONE)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - a flag, as typer passes it
    if wanted:
        typer.echo(f"grader {__version__}")
        raise typer.Exit


@app.callback()
def grader(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that come before any command."""
