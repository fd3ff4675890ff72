"""`grader doctor`: what this machine can isolate, and how the workers of its service are."""

from contextlib import closing
from typing import TYPE_CHECKING

import typer

from grader.cli.exits import Exit

if TYPE_CHECKING:
    from grader.render.doctor import WorkerRow

app = typer.Typer()


@app.command("doctor")
def doctor_command() -> None:
    """Say which runners work here, why others do not, and which workers of the service take nothing."""
    from rich.console import Console

    from grader.probe import find_out
    from grader.render.doctor import RunnerRow, print_doctor, print_workers
    from grader.runners import docker_of
    from grader.sandbox.choice import every_runner, isolating
    from grader.settings import read_settings

    docker = docker_of(read_settings())
    findings = [find_out(kind) for kind in every_runner(docker)]
    isolates = isolating(docker)
    rows = [
        RunnerRow(
            name=finding.kind.name,
            isolates=finding.kind in isolates,
            unavailable=finding.unavailable,
            kept={promise: promise not in finding.broken for promise in sorted(finding.kind.promises)},
        )
        for finding in findings
    ]
    usable = [finding.kind.name for finding in findings if finding.holds and finding.kind in isolates]
    console = Console()
    print_doctor(rows, usable[0] if usable else None, console)
    print_workers(find_workers(), console)
    raise typer.Exit(Exit.DONE if usable else Exit.NOT_JUDGED)


def find_workers() -> "list[WorkerRow] | None":
    """Return the workers of the service; None if there is no database here, or it does not answer."""
    from sqlalchemy.exc import SQLAlchemyError

    from grader.jobs.measure import living
    from grader.render.doctor import WorkerRow
    from grader.service_settings import DATABASE_FILE, read_service_settings
    from grader.store.database import now, open_as_it_is

    settings = read_service_settings()
    is_new = not (settings.grading.data_dir / DATABASE_FILE).exists()
    if is_new and not settings.database_url.get_secret_value():
        return None  # to look must not make a database
    try:
        with closing(open_as_it_is(settings.database)) as database, database.read() as session:
            found = living(session, now(session))
    except SQLAlchemyError:
        return None
    return [WorkerRow(each.id, each.host, each.slots, each.refusal, each.warning) for each in found]
