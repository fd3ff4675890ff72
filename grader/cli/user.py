"""`grader user`: people, and their tokens."""

from datetime import timedelta
from typing import Annotated

import typer

from grader.cli.listing import JsonFlag, line_of, print_json
from grader.cli.open_store import only_course, open_store, require_user
from grader.settings import SettingsError

app = typer.Typer(no_args_is_help=True, help="People and their tokens.")

TOKEN = ("id", "label", "expires_at", "last_used_at", "revoked_at")  # the values in JSON

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's e-mail address.")]


@app.command("add")
def add_user_command(  # noqa: PLR0913 - one parameter for each option
    email: Email,
    role: Annotated[str, typer.Option("--role", help="student, grader, instructor or admin.")] = "student",
    course: Annotated[str | None, typer.Option("--course", help="The course, if there are several.")] = None,
    section: Annotated[str, typer.Option("--section", help="Section of the course.")] = "",
    name: Annotated[str, typer.Option("--name", help="The person's name.")] = "",
    *,
    print_token: Annotated[bool, typer.Option("--print-token", help="Print a new token, once.")] = False,
) -> None:
    """Add a person to a course, or change their role."""
    from grader.core.role import Role
    from grader.store.audit_log import OPERATOR, record
    from grader.store.tokens import issue_token
    from grader.store.users import add_user, set_role

    if role not in set(Role):
        raise SettingsError(f"--role {role}: it must be one of {', '.join(Role)}")
    with open_store() as database, database.write() as session:
        course_id = only_course(session, course)
        user = add_user(session, email, name)
        set_role(session, course_id, user.id, Role(role), section)
        record(session, OPERATOR, "set role", user.email, course=course_id, role=role)
        token = issue_token(session, user.id, "command line") if print_token else None
    typer.echo(f"{user.email} is {role} of {course_id}.")
    if token:
        typer.echo(token)


@app.command("list")
def list_users(
    course: Annotated[str | None, typer.Option("--course", help="The course, if there are several.")] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """List the people of a course."""
    from grader.store.users import members

    with open_store() as database, database.read() as session:
        found = [
            {
                "email": user.email,
                "role": member.role,
                "section": member.section,
                "name": user.name,
                "disabled": user.disabled_at is not None,
            }
            for user, member in members(session, only_course(session, course))
        ]
    if as_json:
        print_json({"people": found})
        return
    for each in found:
        state = " (disabled)" if each.pop("disabled") else ""
        typer.echo(line_of(list(each.values())) + state)


@app.command("token")
def new_token(
    email: Email,
    label: Annotated[str, typer.Option("--label", help="Its purpose.")] = "command line",
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Days until it expires.")] = 180,
) -> None:
    """Make a token and print it, once."""
    from grader.store.audit_log import OPERATOR, record
    from grader.store.tokens import issue_token, public_half

    with open_store() as database, database.write() as session:
        user = require_user(session, email)
        token = issue_token(session, user.id, label, timedelta(days=days))
        record(session, OPERATOR, "issue token", user.email, course=None, id=public_half(token))
    typer.echo(token)


@app.command("link")
def new_link(email: Email) -> None:
    """Make a sign-in link that works once, within GRADER_LINK_HOURS."""
    from grader.core.lifetimes import in_words
    from grader.service_settings import read_service_settings
    from grader.store.audit_log import OPERATOR, record
    from grader.store.sign_ins import SIGN_IN_LIFETIME, issue_link

    settings = read_service_settings()
    with open_store() as database, database.write() as session:
        user = require_user(session, email)
        code = issue_link(session, user.id, settings.link_lifetime)
        record(session, OPERATOR, "issue link", user.email, course=None)
    typer.echo(f"{settings.url}/login/{code}")
    typer.echo(
        f"The link works once, within {in_words(settings.link_lifetime)}. "
        f"It signs a browser in for {in_words(SIGN_IN_LIFETIME)}.",
        err=True,
    )


@app.command("tokens")
def list_tokens(email: Email, *, as_json: JsonFlag = False) -> None:
    """List a person's tokens by their public halves."""
    from grader.store.tokens import tokens_of

    with open_store() as database, database.read() as session:
        tokens = tokens_of(session, require_user(session, email).id)
        if as_json:
            print_json({"tokens": [{name: getattr(each, name) for name in TOKEN} for each in tokens]})
            return
        for token in tokens:
            used = f"last used {token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never used"
            end = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "without end"
            typer.echo(line_of([token.id, token.label, "revoked" if token.revoked_at else end, used]))


@app.command("revoke")
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="An id from `grader user tokens`.")],
) -> None:
    """Revoke a token."""
    from grader.store.audit_log import OPERATOR, record
    from grader.store.tokens import public_half, revoke_token

    with open_store() as database, database.write() as session:
        if not revoke_token(session, public_half(token_id)):
            raise SettingsError("no valid token has this id; `grader user tokens EMAIL` lists them")
        record(session, OPERATOR, "revoke token", public_half(token_id), course=None)
    typer.echo("revoked")


@app.command("shut-out")
def shut_out_command(email: Email) -> None:
    """Revoke all tokens, links and sessions of a person, as after a lost laptop."""
    from grader.store.audit_log import OPERATOR, record
    from grader.store.sign_ins import revoke_access

    with open_store() as database, database.write() as session:
        user = require_user(session, email)
        revoke_access(session, user.id)
        record(session, OPERATOR, "shut out", user.email, course=None)
    typer.echo(
        f"no token, link or session of {user.email} works any more; `grader user token` makes a new token"
    )
