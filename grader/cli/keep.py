"""`grader backup` and `grader restore`: everything that the service keeps, in one file."""

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.opened import opened
from grader.settings import SettingsError

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

    _check_target(file)
    with opened() as database:
        rows = back_up(database, file, read_seed_secret(read_service_settings()))
    typer.echo(f"{rows} rows, {file.stat().st_size:,} bytes in {file}; they hold the secret of the seeds")


def _check_target(file: Path) -> None:
    """Refuse a place where a backup cannot go, or would replace what is none, such as the database itself."""
    from grader.store.backup import is_backup

    if file.is_dir():
        raise SettingsError(f"{file} is a folder: name a file in it, for example {file / 'grader.backup'}")
    if not file.parent.is_dir():
        raise SettingsError(f"{file.parent} is no folder: make it, or name a file elsewhere")
    if file.exists() and not is_backup(file):
        raise SettingsError(f"{file} is there and no backup, so that it is not replaced: name another file")


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
