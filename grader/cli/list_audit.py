"""`grader audit`: the actions of staff, from the store itself."""

from typing import Annotated

import typer

from grader.cli.open_store import open_store

app = typer.Typer()


@app.command("audit")
def audit_command(
    course: Annotated[str | None, typer.Option("--course", help="Only of this course.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="Only actions of this person.")] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="Only actions on this submission or person.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")] = 50,
) -> None:
    """List actions of staff, newest first: time, person, action, subject, course and reason."""
    from grader.core.text import clean_line
    from grader.store.audit import Wanted, entries

    wanted = Wanted(courses=[course] if course else None, actor=actor, subject=subject)
    with open_store() as database, database.read() as session:
        for each in entries(session, wanted, limit):
            told = (f"{each.at:%Y-%m-%d %H:%M:%S}", each.actor, each.action, each.subject, each.course or "-")
            typer.echo("\t".join((*told, clean_line(each.reason, len(each.reason)))))
