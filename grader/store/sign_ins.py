"""Sign-ins: the sessions of browsers, begun by a link that works once or by a token, for 12 hours at most.

A browser holds a key of its own as a cookie, and never a token. A session that a token began ends with that
token. `revoke_access` ends all tokens, links and sessions of a person.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.keys import new_key, read_key
from grader.store.tables import (
    AssignmentRow,
    CourseRow,
    LoginLinkRow,
    MembershipRow,
    SignInRow,
    TokenRow,
    UserRow,
)
from grader.store.tokens import verify_token
from grader.store.users import ASSIGNMENTS, OLDEST_FIRST, Person, everywhere, titles_by_course

LINK_LIFETIME = timedelta(hours=72)  # long enough for a mail to be read; GRADER_LINK_HOURS replaces it
SIGN_IN_LIFETIME = timedelta(hours=12)
SIGNED_IN = (
    select(
        SignInRow.secret_sha256,
        SignInRow.expires_at,
        SignInRow.ended_at,
        SignInRow.user_id,
        TokenRow.expires_at.label("token_expires_at"),
        TokenRow.revoked_at,
        UserRow.email,
        UserRow.name,
        UserRow.disabled_at,
        MembershipRow.course_id,
        MembershipRow.role,
        CourseRow.title,
        *ASSIGNMENTS,
    )
    .join(UserRow, UserRow.id == SignInRow.user_id)
    .outerjoin(TokenRow, TokenRow.id == SignInRow.token_id)
    .outerjoin(MembershipRow, MembershipRow.user_id == SignInRow.user_id)
    .outerjoin(CourseRow, CourseRow.id == MembershipRow.course_id)
    .outerjoin(AssignmentRow, AssignmentRow.course_id == CourseRow.id)
    .where(SignInRow.id == bindparam("public"))
    .order_by(*OLDEST_FIRST)
)


def issue_link(session: Session, user_id: int, lifetime: timedelta = LINK_LIFETIME) -> str:
    """Return the code of a link that signs the user in once, within its lifetime."""
    key, end = new_key(), now(session) + lifetime
    session.add(LoginLinkRow(id=key.public, user_id=user_id, secret_sha256=key.secret_sha256, expires_at=end))
    session.flush()
    return str(key)


def sign_in_by_link(session: Session, code: str) -> str | None:
    """Use up a link's code and return the cookie of a new session; None if it is wrong, used or expired."""
    key = read_key(code)
    row = session.get(LoginLinkRow, key.public, with_for_update=True)
    if not key.opens(row.secret_sha256 if row else None) or row is None:
        return None
    if row.used_at is not None or row.expires_at <= now(session):
        return None
    row.used_at = now(session)
    return _begin(session, row.user_id, None)


def sign_in_by_token(session: Session, token: str) -> str | None:
    """Return the cookie of a new session that ends with the token; None if the token is not valid."""
    row = verify_token(session, token)
    return _begin(session, row.user_id, row.id) if row else None


def find_signed_in(session: Session, cookie: str) -> Person | None:
    """Return the person whom a cookie signs in; None if it is wrong, has ended, or the account is disabled.

    Every page asks, so it is one query.
    """
    key = read_key(cookie)
    rows = session.connection().execute(SIGNED_IN, {"public": key.public}).all()
    if not key.opens(rows[0].secret_sha256 if rows else None):
        return None
    first, moment = rows[0], now(session)
    ends = [each for each in (first.expires_at, first.token_expires_at) if each is not None]
    is_over = first.ended_at is not None or first.revoked_at is not None or min(ends) <= moment
    if is_over or first.disabled_at is not None:
        return None
    member_of = [row for row in rows if row.course_id is not None]
    roles = {row.course_id: row.role for row in member_of}
    titles = {row.course_id: row.title for row in member_of}
    assignments = titles_by_course(member_of)
    return everywhere(session, Person(first.user_id, first.email, first.name, roles, titles, assignments))


def sign_out(session: Session, cookie: str) -> None:
    """End the session of a cookie, if there is one."""
    row = _find(session, cookie)
    if row is not None and row.ended_at is None:
        row.ended_at = now(session)


def revoke_access(session: Session, user_id: int) -> None:
    """Revoke all tokens of a user, and end all links and sessions."""
    moment = now(session)
    for table, ending in (
        (TokenRow, TokenRow.revoked_at),
        (LoginLinkRow, LoginLinkRow.used_at),
        (SignInRow, SignInRow.ended_at),
    ):
        open_ones = update(table).where(table.user_id == user_id, ending.is_(None))
        session.execute(open_ones.values({ending: moment}))


def _begin(session: Session, user_id: int, token_id: str | None) -> str:
    key, moment = new_key(), now(session)
    _forget_ended(session, user_id, moment)
    session.add(
        SignInRow(
            id=key.public,
            user_id=user_id,
            token_id=token_id,
            secret_sha256=key.secret_sha256,
            created_at=moment,
            expires_at=moment + SIGN_IN_LIFETIME,
        )
    )
    session.flush()
    return str(key)


def _forget_ended(session: Session, user_id: int, moment: datetime) -> None:
    ended = or_(SignInRow.expires_at <= moment, SignInRow.ended_at.is_not(None))
    session.execute(delete(SignInRow).where(SignInRow.user_id == user_id, ended))


def _find(session: Session, cookie: str) -> SignInRow | None:
    key = read_key(cookie)
    row = session.get(SignInRow, key.public)
    return row if key.opens(row.secret_sha256 if row else None) else None
