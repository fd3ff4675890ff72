"""`grader submit`, `status` and `report`: the service from a student's terminal."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.exits import Exit, fail
from grader.cli.listing import JsonFlag, line_of, print_json

if TYPE_CHECKING:
    from grader.client import ServiceClient, ServiceError

REFUSED_STATUS = 422
EXITS = {"graded": Exit.DONE, "not_gradable": Exit.NOT_JUDGED, "grader_error": Exit.GRADER_FAILED}

app = typer.Typer()

To = Annotated[
    str,
    typer.Option("--to", metavar="URL", envvar="GRADER_URL", help="The service's address.", show_envvar=True),
]


@app.command("submit")
def submit_command(
    project: Annotated[Path, typer.Argument(metavar="DIR|ZIP", exists=True, help="Your project.")],
    to: To,
    assignment: Annotated[
        str | None, typer.Option("--assignment", help="The assignment, if you have several.")
    ] = None,
    *,
    again: Annotated[bool, typer.Option("--again", help="Grade the same bytes again.")] = False,
) -> None:
    """Hand a project in, follow it, and print its report.

    The token comes from GRADER_TOKEN, from ~/.config/grader/token (mode 600), or from a prompt.
    """
    from rich.console import Console

    from grader.client import ServiceError, pack
    from grader.client.follow import show_progress

    package = pack(project)
    for line in package.left_out:
        typer.echo(f"left out: {line}", err=True)
    try:
        with _connection(to) as connection:
            made = connection.submit(package.content, assignment, again=again)
            typer.echo(f"submission {made['id']}", err=True)
            with show_progress(Console(stderr=True)) as progress:
                for event in connection.follow(made["id"]):
                    progress.take(event)
            _show_report(connection, connection.submission(made["id"]))
    except ServiceError as error:
        _fail(error)


@app.command("status")
def status_command(
    to: To,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="Number of submissions.")] = 10,
    *,
    as_json: JsonFlag = False,
) -> None:
    """List the newest submissions and their states."""
    from grader.client import ServiceError

    try:
        with _connection(to) as connection:
            found = connection.submissions(limit)
    except ServiceError as error:
        _fail(error)
    if as_json:
        print_json({"submissions": found})
        return
    for each in found:
        typer.echo(line_of([each["id"], each["received_at"], each["state"], _points(each)]))


@app.command("report")
def report_command(
    submission_id: Annotated[str, typer.Argument(metavar="ID", help="An id from `grader status`.")],
    to: To,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Print the report of a submission."""
    from grader.client import ServiceError

    try:
        with _connection(to) as connection:
            if as_json:
                print_json(connection.report(submission_id))
            else:
                _show_report(connection, connection.submission(submission_id))
    except ServiceError as error:
        _fail(error)


def _connection(url: str) -> "ServiceClient":
    from grader.client import ServiceClient
    from grader.client.token import find_token

    def ask() -> str:
        return str(typer.prompt("Token", hide_input=True, err=True))

    return ServiceClient(url, find_token(os.environ, Path.home(), ask))


def _show_report(connection: "ServiceClient", submission: Mapping[str, Any]) -> None:
    """Print the report, or why there is none, and end with the status that fits."""
    from grader.core.reading import from_document
    from grader.render.terminal import console_for, print_report

    if submission["verdict"] is None:
        typer.echo(f"{submission['state']}: {submission['reason'] or 'there is no report yet'}", err=True)
        raise typer.Exit(EXITS.get(submission["state"], Exit.NOT_JUDGED))
    report = from_document(connection.report(submission["id"]))
    print_report(report, console_for(sys.stdout))
    raise typer.Exit(EXITS[submission["state"]] if report.complete else Exit.NOT_JUDGED)


def _points(submission: Mapping[str, Any]) -> str:
    verdict = submission["verdict"]
    return f"{verdict['score']:g} / {verdict['max_score']}" if verdict else "-"


def _fail(error: "ServiceError") -> None:
    fail(str(error), Exit.REFUSED if error.status == REFUSED_STATUS else Exit.USAGE_ERROR)
