"""`grader prune`: remove old data that no grade needs."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.listing import JsonFlag, print_json
from grader.cli.open_store import open_store

if TYPE_CHECKING:
    from grader.service_settings import ServiceSettings
    from grader.store.retention import Ages

MEGABYTE = 1e6

app = typer.Typer()


@app.command("prune")
def prune_command(
    *,
    delete: Annotated[
        bool, typer.Option("--delete", help="Remove the data. Without this option nothing changes.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show the space of old archives, progress and reports; remove them with --delete.

    Data that may count for a grade stays, and so does the newest report of each submission.
    """
    from grader.service_settings import read_service_settings
    from grader.store.audit_log import OPERATOR, record
    from grader.store.retention import prune, spare

    ages = _ages(read_service_settings())
    with open_store() as database:
        with database.read() as session:
            found = spare(session, ages)
        if not as_json:
            for each in found:
                typer.echo(f"{each.kind}\t{each.rows:,} rows\t{each.size / MEGABYTE:,.1f} MB")
        if delete:
            prune(database, ages)
            with database.write() as session:
                rows = {each.kind: each.rows for each in found}
                record(session, OPERATOR, "prune", "store", course=None, rows=rows)
    if as_json:
        listed = [{"kind": each.kind, "rows": each.rows, "bytes": each.size} for each in found]
        print_json({"kinds": listed, "deleted": delete})
        return
    freed = f"{sum(each.size for each in found) / MEGABYTE:,.1f} MB"
    if delete:
        typer.echo(f"Removed, {freed}. The database keeps its size and uses the room again.")
    else:
        typer.echo(f"This would free {freed}. Nothing is changed; `grader prune --delete` removes it.")


def _ages(settings: "ServiceSettings") -> "Ages":
    from grader.store.retention import Ages

    def age(days: int) -> timedelta | None:
        return timedelta(days=days) if days else None

    return Ages(
        archives=age(settings.keep_archives_days),
        progress=age(settings.keep_progress_days),
        reports=age(settings.keep_reports_days),
    )
