"""`grader doctor`: what this machine can isolate."""

import typer
from rich.console import Console

from grader.cli.exits import Exit
from grader.probe import find_out
from grader.render.doctor import RunnerRow, print_doctor
from grader.sandbox.choice import ISOLATING, RUNNERS

app = typer.Typer()


@app.command("doctor")
def doctor_command() -> None:
    """Tell which runners work on this machine, what each keeps of its promises, and why not."""
    findings = [find_out(kind) for kind in RUNNERS.values()]
    rows = [
        RunnerRow(
            name=finding.kind.name,
            isolates=finding.kind in ISOLATING,
            unavailable=finding.unavailable,
            kept={promise: promise not in finding.broken for promise in sorted(finding.kind.promises)},
        )
        for finding in findings
    ]
    usable = [finding.kind.name for finding in findings if finding.holds and finding.kind in ISOLATING]
    print_doctor(rows, usable[0] if usable else None, Console())
    raise typer.Exit(Exit.DONE if usable else Exit.NOT_JUDGED)
