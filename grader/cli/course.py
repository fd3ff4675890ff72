"""`grader course`: courses, their assignments and their rosters."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.listing import JsonFlag, line_of, print_json
from grader.cli.open_store import only_assignment, only_course, open_or_make_store, open_store
from grader.settings import SettingsError

if TYPE_CHECKING:
    from grader.store.tables import AssignmentRow, CourseRow

BAD_ROWS = "correct them, or import the other rows with --skip-bad"

app = typer.Typer(no_args_is_help=True, help="Courses and their rosters.")


Due = Annotated[
    str | None,
    typer.Option(
        "--due", help="2026-12-18 (the end of that day), 2026-12-18T18:00; a zone or offset may follow."
    ),
]


@app.command("create")
def create_course(  # noqa: PLR0913 - one option each
    course: Annotated[str, typer.Argument(metavar="NAME", help="Short name for links, such as autumn-2026.")],
    title: Annotated[str, typer.Option("--title", help="Title on the pages.")] = "",
    time_zone: Annotated[
        str, typer.Option("--time-zone", help="The course's time zone, such as Europe/Berlin.")
    ] = "UTC",
    due: Due = None,
    hourly_limit: Annotated[
        int, typer.Option("--hourly-limit", min=0, help="Submissions per student and hour; 0 for no limit.")
    ] = 20,
    *,
    supersede: Annotated[bool, typer.Option(help="Let a newer submission replace a waiting one.")] = True,
) -> None:
    """Create a course with the assignment that this service grades."""
    from grader.core.deadline import parse_due
    from grader.settings import read_settings
    from grader.store.audit_log import OPERATOR, record
    from grader.store.courses import SubmissionPolicy, add_assignment, add_course, due_in_words, short_name
    from grader.suite.assignment import load_assignment

    assignment_title = load_assignment(read_settings().assignment).rubric.title
    try:
        policy = SubmissionPolicy(parse_due(due, time_zone) if due else None, hourly_limit or None, supersede)
    except ValueError as wrong:
        raise SettingsError(f"--due: {wrong}") from None
    with open_or_make_store() as database, database.write() as session:
        add_course(session, course, title or course, time_zone)
        assignment = f"{course}-{short_name(assignment_title)}"[:64].strip("-")
        made = add_assignment(session, assignment, course, assignment_title, policy)
        record(session, OPERATOR, "create course", course, course=course)
        words = due_in_words(session, made)
    typer.echo(f"course {course} with assignment {assignment}")
    typer.echo(f"due {words}" if words else f"no deadline; set one with `grader course edit {course} --due`")


@app.command("edit")
def edit_course(
    course: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The course, if there are several.")
    ] = None,
    assignment: Annotated[
        str | None, typer.Option("--assignment", help="The assignment, if there are several.")
    ] = None,
    time_zone: Annotated[str | None, typer.Option("--time-zone", help="The course's time zone.")] = None,
    due: Due = None,
    *,
    no_due: Annotated[bool, typer.Option("--no-due", help="Remove the deadline.")] = False,
) -> None:
    """Change the deadline of an assignment, or the time zone of a course.

    A new time zone keeps each deadline at its instant. Submissions are late or in time by the new deadline.
    """
    from grader.store.audit_log import OPERATOR, record
    from grader.store.courses import due_in_words, set_due, set_time_zone

    if due and no_due:
        raise SettingsError("--due and --no-due exclude each other")
    with open_store() as database, database.write() as session:
        course_id = only_course(session, course)
        if time_zone:
            set_time_zone(session, course_id, time_zone)
            record(session, OPERATOR, "edit course", course_id, course=course_id, time_zone=time_zone)
        edited = only_assignment(session, course_id, assignment)
        if due or no_due:
            set_due(session, edited, due)
            record(session, OPERATOR, "edit assignment", edited.id, course=course_id, due=due or "none")
        words = due_in_words(session, edited)
        typer.echo(f"{edited.id}: due {words}" if words else f"{edited.id}: no deadline")


@app.command("list")
def list_courses(*, as_json: JsonFlag = False) -> None:
    """List courses and their assignments."""
    from grader.store.courses import assignments_in, courses, due_in_words

    with open_store() as database, database.read() as session:
        found = [(course, assignments_in(session, [course.id])) for course in courses(session)]
        if as_json:
            print_json({"courses": [_document(*each) for each in found]})
            return
        for course, assignments in found:
            dues = [(each.id, due_in_words(session, each) or "never") for each in assignments]
            names = ", ".join(f"{name} (due {due})" for name, due in dues)
            typer.echo(line_of([course.id, course.title, names]))


def _document(course: "CourseRow", assignments: Sequence["AssignmentRow"]) -> dict[str, Any]:
    listed = [{"id": each.id, "title": each.title, "due_at": each.due_at} for each in assignments]
    return {"id": course.id, "title": course.title, "time_zone": course.time_zone, "assignments": listed}


@app.command("import-roster")
def import_roster(
    file: Annotated[Path, typer.Argument(metavar="CSV", exists=True, dir_okay=False)],
    course: Annotated[str | None, typer.Option("--course", help="The course, if there are several.")] = None,
    domain: Annotated[str, typer.Option("--domain", help="Mail domain of logins, such as example.edu.")] = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the changes only.")] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Import the good rows and skip the bad ones.")
    ] = False,
) -> None:
    """Import people and sections from a roster of Canvas, Gradescope or a spreadsheet.

    A person needs an address, a login or a SIS id.
    """
    from grader.roster import RosterError, read_roster
    from grader.store.audit_log import OPERATOR, record
    from grader.store.enrolment import enrol, plan_changes

    try:
        roster = read_roster(file.read_bytes(), domain)
    except RosterError as wrong:
        raise SettingsError(f"{file}: {wrong}") from None
    for line in (*roster.notices, *map(str, roster.problems)):
        typer.echo(f"{file}: {line}", err=True)
    with open_store() as database, database.write() as session:
        course_id = only_course(session, course)
        planned = plan_changes(session, course_id, roster.entries)
        for change in planned:
            entry = change.entry
            typer.echo(line_of([change.what, entry.handle, entry.role, entry.section]))
        if roster.problems and not (dry_run or skip_bad):
            raise SettingsError(f"{len(roster.problems)} bad rows, nothing is changed: {BAD_ROWS}")
        if not dry_run:
            enrol(session, course_id, planned)
            record(session, OPERATOR, "import roster", course_id, course=course_id, changes=len(planned))
    done = "would change" if dry_run else "changed"
    bad = f", {len(roster.problems)} bad rows" if roster.problems else ""
    typer.echo(f"{len(planned)} of {len(roster.entries)} {done}{bad}; nobody is removed.")
