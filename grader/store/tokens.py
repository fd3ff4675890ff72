"""Tokens: keys to the API, shown once, kept as hashes, with an end, revocable."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.keys import Key, new_key, read_key
from grader.store.tables import Token

PREFIX = "grader_"  # lets secret scanners, and people, know one when they see it
LIFETIME = timedelta(days=180)
USE_NOTED = timedelta(minutes=1)  # "last used" is written at most this often


def issue_token(session: Session, user_id: int, label: str, lifetime: timedelta | None = LIFETIME) -> str:
    """Return a new token for the user, for the only time."""
    key, moment = new_key(), now(session)
    session.add(
        Token(
            id=key.public,
            user_id=user_id,
            secret_sha256=key.secret_sha256,
            label=label,
            created_at=moment,
            expires_at=moment + lifetime if lifetime else None,
        )
    )
    session.flush()
    return f"{PREFIX}{key}"


def public_half(token: str) -> str:
    """Return what may be shown of a token."""
    return token.removeprefix(PREFIX).partition(".")[0]


def verify_token(session: Session, token: str) -> Token | None:
    """Return the row of a token that is right, not revoked and not over; else None."""
    key = _key(token)
    row = session.get(Token, key.public)
    if not key.opens(row.secret_sha256 if row else None) or row is None:
        return None
    return row if is_valid(session, row) else None


def is_valid(session: Session, token: Token) -> bool:
    """Tell whether a token still opens anything: it is neither revoked nor over."""
    is_over = token.expires_at is not None and token.expires_at <= now(session)
    return token.revoked_at is None and not is_over


def use_is_due(session: Session, token: Token) -> bool:
    """Tell whether the token's use should be noted again."""
    return token.last_used_at is None or now(session) - token.last_used_at > USE_NOTED


def note_uses(session: Session, token_ids: Sequence[str]) -> list[None]:
    """Write down that these tokens were used now."""
    session.execute(update(Token).where(Token.id.in_(token_ids)).values(last_used_at=now(session)))
    return [None] * len(token_ids)


def tokens_of(session: Session, user_id: int) -> Sequence[Token]:
    """Return the user's tokens, oldest first."""
    return session.scalars(select(Token).where(Token.user_id == user_id).order_by(Token.created_at)).all()


def revoke_token(session: Session, token_id: str) -> bool:
    """End a token now, and what was signed in with it; tell whether there was one to end."""
    row = session.get(Token, token_id)
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = now(session)
    return True


def _key(token: str) -> Key:
    return read_key(token.removeprefix(PREFIX))
