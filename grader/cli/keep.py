"""`grader backup` and `grader restore`: all data of the service in one file."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.open_store import open_or_make_store, open_store
from grader.settings import SettingsError

if TYPE_CHECKING:
    from grader.service_settings import ServiceSettings
    from grader.store import Database

app = typer.Typer()


@app.command("backup")
def backup_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file; it replaces an older backup.")],
) -> None:
    """Write all data of the service into one file, while the service runs."""
    from grader.app.service import read_seed_secret
    from grader.render.counting import counting
    from grader.service_settings import read_service_settings
    from grader.store.backup import back_up

    _check_target(file)
    settings = read_service_settings()
    with open_store() as database:
        _check_data_folder(settings)
        with counting(sys.stderr) as progress:

            def tell(total: int) -> Callable[[], None]:
                progress.begin("rows", total)
                return progress.advance

            rows = back_up(database, file, read_seed_secret(settings), tell)
        _note(database, rows)
    typer.echo(
        f"{rows} rows, {file.stat().st_size:,} bytes in {file}; the file contains the secret of the seeds"
    )


def _note(database: "Database", rows: int) -> None:
    """Note the backup in the audit. It is whole even where the store takes no change, as on a full disk."""
    from sqlalchemy.exc import SQLAlchemyError

    from grader.store.size import note_backup

    try:
        with database.write() as session:
            note_backup(session, rows)
    except SQLAlchemyError as error:
        typer.echo(
            f"The backup is complete, but the audit cannot record it: {error.__cause__ or error}", err=True
        )


def _check_target(file: Path) -> None:
    """Refuse a place that cannot hold a backup, or holds another file, such as the database itself."""
    from grader.store.backup import is_backup

    if file.is_dir():
        raise SettingsError(f"{file} is a folder: name a file in it, for example {file / 'grader.backup'}")
    if not file.parent.is_dir():
        raise SettingsError(f"{file.parent} is no folder: make it, or name a file elsewhere")
    if file.exists() and not is_backup(file):
        raise SettingsError(f"{file} exists and is no backup: name another file")


def _check_data_folder(settings: "ServiceSettings") -> None:
    """Refuse an absent data folder: a backup holds the secret that grading uses, never a new one."""
    folder = settings.grading.data_dir
    if settings.secret is None and not folder.is_dir():
        raise SettingsError(
            f"GRADER_DATA_DIR={str(folder)!r}: there is no such folder, and GRADER_SECRET is not set; "
            "set one of them as the workers have it"
        )


@app.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A backup.")],
) -> None:
    """Fill an empty store from a backup, in SQLite or PostgreSQL."""
    from grader.app.service import keep_seed_secret
    from grader.service_settings import read_service_settings
    from grader.store.backup import is_backup, restore

    if not is_backup(file):
        raise SettingsError(f"{file} is no backup: name a file that `grader backup` wrote")
    settings = read_service_settings()
    with open_or_make_store() as database:
        restore(database, file, lambda secret: keep_seed_secret(settings, secret))
    typer.echo("restored; the next worker queues waiting submissions again")
