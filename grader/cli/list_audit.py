"""`grader audit`: the actions of staff, from the store itself."""

from typing import Annotated

import typer

from grader.cli.listing import JsonFlag, print_list
from grader.cli.open_store import open_store

ENTRY = ("at", "actor", "action", "subject", "course", "reason")

app = typer.Typer()


@app.command("audit")
def audit_command(
    course: Annotated[str | None, typer.Option("--course", help="Only actions in this course.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="Only actions of this person.")] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="Only actions on this submission or person.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Number of actions.")] = 50,
    *,
    as_json: JsonFlag = False,
) -> None:
    """List actions of staff, newest first: time, person, action, subject, course and reason."""
    from grader.store.audit_log import AuditFilter, entries

    wanted = AuditFilter(courses=[course] if course else None, actor=actor, subject=subject)
    with open_store() as database, database.read() as session:
        found = [{name: getattr(each, name) for name in ENTRY} for each in entries(session, wanted, limit)]
    print_list("actions", found, as_json=as_json)
