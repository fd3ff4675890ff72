"""`grader course`: courses, their assignments and their rosters."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.opened import only_course, opened, opened_or_new
from grader.settings import SettingsError

app = typer.Typer(no_args_is_help=True, help="Courses and their rosters.")


@app.command("create")
def create_course(
    course: Annotated[str, typer.Argument(metavar="NAME", help="Short name, as in links: autumn-2026.")],
    title: Annotated[str, typer.Option("--title", help="As people read it.")] = "",
    due: Annotated[
        datetime | None, typer.Option("--due", formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"], help="In UTC.")
    ] = None,
    hourly_limit: Annotated[
        int, typer.Option("--hourly-limit", min=0, help="Submissions per student and hour; 0 for no limit.")
    ] = 20,
    *,
    supersede: Annotated[
        bool, typer.Option(help="Let a newer submission take the place of one that waits.")
    ] = True,
) -> None:
    """Create a course with the assignment that this service grades."""
    from grader.settings import read_settings
    from grader.store.audit import OPERATOR, record
    from grader.store.courses import Policy, add_assignment, add_course, short_name
    from grader.suite.assignment import load_assignment

    assignment_title = load_assignment(read_settings().assignment).rubric.title
    policy = Policy(due.replace(tzinfo=UTC) if due else None, hourly_limit or None, supersede)
    with opened_or_new() as database, database.write() as session:
        add_course(session, course, title or course)
        assignment = f"{course}-{short_name(assignment_title)}"[:64].strip("-")
        add_assignment(session, assignment, course, assignment_title, policy)
        record(session, OPERATOR, "create course", course, course=course)
    typer.echo(f"course {course} with assignment {assignment}")


@app.command("list")
def list_courses() -> None:
    """List courses and their assignments."""
    from grader.store.courses import assignments_in, courses

    with opened() as database, database.read() as session:
        for course in courses(session):
            names = ", ".join(each.id for each in assignments_in(session, [course.id]))
            typer.echo(f"{course.id}\t{course.title}\t{names}")


@app.command("import-roster")
def import_roster(
    roster: Annotated[Path, typer.Argument(metavar="CSV", exists=True, dir_okay=False)],
    course: Annotated[str | None, typer.Option("--course", help="Needed when there are several.")] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; change nothing.")
    ] = False,
) -> None:
    """Take people and sections from a roster that Canvas or Gradescope exported."""
    from grader.roster import RosterError, read_roster
    from grader.store.audit import OPERATOR, record
    from grader.store.enrolment import changes, enrol

    try:
        entries = read_roster(roster.read_text(encoding="utf-8-sig"))
    except (RosterError, UnicodeDecodeError) as wrong:
        raise SettingsError(f"{roster}: {wrong}") from None
    with opened() as database, database.write() as session:
        course_id = only_course(session, course)
        planned = changes(session, course_id, entries)
        for change in planned:
            typer.echo(f"{change.what}\t{change.entry.email}\t{change.entry.role}\t{change.entry.section}")
        if not dry_run:
            enrol(session, course_id, planned)
            record(session, OPERATOR, "import roster", course_id, course=course_id, changes=len(planned))
    done = "would change" if dry_run else "changed"
    typer.echo(f"{len(planned)} of {len(entries)} {done}; nobody is removed.")
