"""`grader doctor`: what this machine can isolate."""

import typer
from rich.console import Console

from grader.cli.exits import Exit
from grader.probe import find_out
from grader.render.doctor import RunnerRow, print_doctor
from grader.runners import docker_of
from grader.sandbox.choice import every_runner, isolating
from grader.settings import read_settings

app = typer.Typer()


@app.command("doctor")
def doctor_command() -> None:
    """Tell which runners work on this machine, what each keeps of its promises, and why not."""
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
    print_doctor(rows, usable[0] if usable else None, Console())
    raise typer.Exit(Exit.DONE if usable else Exit.NOT_JUDGED)
