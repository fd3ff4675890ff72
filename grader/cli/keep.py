"""`grader backup` and `grader restore`: everything that the service keeps, in one file."""

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.opened import opened

app = typer.Typer()


@app.command("backup")
def backup_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write it; a file there is replaced.")
    ],
) -> None:
    """Write everything as of this moment into one file, while the service runs."""
    from grader.app.service import read_seed_secret
    from grader.service_settings import read_service_settings
    from grader.store.backup import back_up

    with opened() as database:
        rows = back_up(database, file, read_seed_secret(read_service_settings()))
    typer.echo(f"{rows} rows, {file.stat().st_size:,} bytes in {file}; they hold the secret of the seeds")


@app.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A backup.")],
) -> None:
    """Fill an empty store, of either kind of database, from a backup."""
    from grader.app.service import keep_seed_secret
    from grader.service_settings import read_service_settings
    from grader.store.backup import restore

    settings = read_service_settings()
    with opened() as database:
        restore(database, file, lambda secret: keep_seed_secret(settings, secret))
    typer.echo("restored; what was waiting is queued again by the next worker")
