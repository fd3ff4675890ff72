"""The first sign-in after a start: a link on a terminal, elsewhere the command that prints one.

Output that is no terminal is a log, such as that of a container, and no log may hold a secret.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from grader.core.lifetimes import in_words
from grader.service_settings import ServiceSettings
from grader.store.sign_ins import issue_link
from grader.store.tables import UserRow

Entry = Callable[[Session, UserRow, ServiceSettings], str]  # returns how the user signs in


def by_link(session: Session, user: UserRow, settings: ServiceSettings) -> str:
    """Return a new link that signs the user in, in a sentence."""
    lifetime = settings.link_lifetime
    code = issue_link(session, user.id, lifetime)
    return (
        f"Sign in as {user.email} with this link, once, within {in_words(lifetime)}:\n"
        f"{settings.url}/login/{code}"
    )


def by_command(session: Session, user: UserRow, settings: ServiceSettings) -> str:  # noqa: ARG001 - makes and keeps nothing
    """Return a sentence with the command that prints such a link."""
    command = f"grader user link {user.email}"
    return (
        f"`{command}` prints a link that signs in as {user.email}; "
        f"with compose: `docker compose exec api python -m {command}`."
    )
