"""Tokens: keys to the API, shown once, stored as hashes; they expire and can be revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.keys import Key, new_key, read_key
from grader.store.tables import MembershipRow, TokenRow, UserRow
from grader.store.users import Person, everywhere

PREFIX = "grader_"  # lets secret scanners and people recognise a token
LIFETIME = timedelta(days=180)
USE_NOTED = timedelta(minutes=1)  # "last used" is written at most this often
BEARER = (
    select(
        TokenRow.id,
        TokenRow.secret_sha256,
        TokenRow.expires_at,
        TokenRow.revoked_at,
        TokenRow.last_used_at,
        TokenRow.user_id,
        UserRow.email,
        UserRow.name,
        UserRow.disabled_at,
        MembershipRow.course_id,
        MembershipRow.role,
    )
    .join(UserRow, UserRow.id == TokenRow.user_id)
    .outerjoin(MembershipRow, MembershipRow.user_id == TokenRow.user_id)
    .where(TokenRow.id == bindparam("public"))
)


@dataclass(frozen=True)
class Bearer:
    """The owner of a token, its id, and whether to record its use again."""

    person: Person
    token_id: str
    use_is_due: bool


def issue_token(session: Session, user_id: int, label: str, lifetime: timedelta | None = LIFETIME) -> str:
    """Return a new token for the user; the store cannot show it again."""
    key, moment = new_key(), now(session)
    session.add(
        TokenRow(
            id=key.public,
            user_id=user_id,
            secret_sha256=key.secret_sha256,
            label=label,
            created_at=moment,
            expires_at=None if lifetime is None else moment + lifetime,
        )
    )
    session.flush()
    return f"{PREFIX}{key}"


def public_half(token: str) -> str:
    """Return the public half of a token, which may be shown."""
    return token.removeprefix(PREFIX).partition(".")[0]


def verify_token(session: Session, token: str) -> TokenRow | None:
    """Return the row of a valid token; else None."""
    key = _key(token)
    row = session.get(TokenRow, key.public)
    if not key.opens(row.secret_sha256 if row else None) or row is None:
        return None
    return row if _is_valid(row, now(session)) else None


def bearer(session: Session, token: str) -> Bearer | None:
    """Return the owner of a valid token; else None. Every request asks, so it is one query."""
    key = _key(token)
    rows = session.connection().execute(BEARER, {"public": key.public}).all()
    if not key.opens(rows[0].secret_sha256 if rows else None):
        return None
    first, moment = rows[0], now(session)
    if first.disabled_at is not None or not _is_valid(first, moment):
        return None
    roles = {row.course_id: row.role for row in rows if row.course_id is not None}
    use_is_due = first.last_used_at is None or moment - first.last_used_at > USE_NOTED
    owner = everywhere(session, Person(first.user_id, first.email, first.name, roles))
    return Bearer(owner, first.id, use_is_due=use_is_due)


def note_uses(session: Session, token_ids: Sequence[str]) -> list[None]:
    """Record the use of these tokens now."""
    session.execute(update(TokenRow).where(TokenRow.id.in_(token_ids)).values(last_used_at=now(session)))
    return [None] * len(token_ids)


def tokens_of(session: Session, user_id: int) -> Sequence[TokenRow]:
    """Return the user's tokens, oldest first."""
    return session.scalars(
        select(TokenRow).where(TokenRow.user_id == user_id).order_by(TokenRow.created_at)
    ).all()


def revoke_token(session: Session, token_id: str) -> bool:
    """Revoke a token and end its sessions; return whether there was one to revoke."""
    row = session.get(TokenRow, token_id)
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = now(session)
    return True


class _Timed(Protocol):
    """A token with its expiry and its revocation."""

    expires_at: Any
    revoked_at: Any


def _is_valid(token: _Timed, moment: datetime) -> bool:
    is_over = token.expires_at is not None and token.expires_at <= moment
    return token.revoked_at is None and not is_over


def _key(token: str) -> Key:
    return read_key(token.removeprefix(PREFIX))
