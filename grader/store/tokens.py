"""Tokens: keys to the API, shown once, kept as hashes, with an end, revocable.

A token is its public half, a dot and its secret half. The public half finds the row; the secret half is
compared in constant time. The secret has 256 random bits, so a plain hash of it cannot be searched.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.tables import LoginLink, Token

PREFIX = "grader_"  # lets secret scanners, and people, know one when they see it
PUBLIC_BYTES = 6
SECRET_BYTES = 32
LIFETIME = timedelta(days=180)
LINK_LIFETIME = timedelta(minutes=15)
USE_NOTED = timedelta(minutes=1)  # "last used" is written at most this often
NOBODY = hashlib.sha256(secrets.token_bytes()).hexdigest()


def issue_token(session: Session, user_id: int, label: str, lifetime: timedelta | None = LIFETIME) -> str:
    """Return a new token for the user, for the only time."""
    public, secret, moment = _new_id(), secrets.token_urlsafe(SECRET_BYTES), now(session)
    session.add(
        Token(
            id=public,
            user_id=user_id,
            secret_sha256=_hashed(secret),
            label=label,
            created_at=moment,
            expires_at=moment + lifetime if lifetime else None,
        )
    )
    session.flush()
    return f"{PREFIX}{public}.{secret}"


def public_half(token: str) -> str:
    """Return what may be shown of a token."""
    return token.removeprefix(PREFIX).partition(".")[0]


def verify_token(session: Session, token: str) -> Token | None:
    """Return the row of a token that is right, not revoked and not over; else None."""
    row = session.get(Token, public_half(token))
    expected = row.secret_sha256 if row else NOBODY
    right = hmac.compare_digest(_hashed(token.partition(".")[2]), expected)
    if row is None or not right or row.revoked_at is not None:
        return None
    return None if row.expires_at is not None and row.expires_at <= now(session) else row


def use_is_due(session: Session, token: Token) -> bool:
    """Tell whether the token's use should be noted again."""
    return token.last_used_at is None or now(session) - token.last_used_at > USE_NOTED


def note_use(session: Session, token_id: str) -> None:
    """Write down that the token was used now."""
    row = session.get(Token, token_id)
    if row is not None:
        row.last_used_at = now(session)


def tokens_of(session: Session, user_id: int) -> Sequence[Token]:
    """Return the user's tokens, oldest first."""
    return session.scalars(select(Token).where(Token.user_id == user_id).order_by(Token.created_at)).all()


def revoke_token(session: Session, token_id: str) -> bool:
    """End a token now; tell whether there was one to end."""
    row = session.get(Token, token_id)
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = now(session)
    return True


def issue_link(session: Session, user_id: int) -> str:
    """Return the code of a link that signs the user in once, within minutes."""
    public, secret = _new_id(), secrets.token_urlsafe(SECRET_BYTES)
    end = now(session) + LINK_LIFETIME
    session.add(LoginLink(id=public, user_id=user_id, secret_sha256=_hashed(secret), expires_at=end))
    session.flush()
    return f"{public}.{secret}"


def use_link(session: Session, code: str) -> int | None:
    """Return the user whom the code signs in, and use it up; None if it is wrong, used or over."""
    row = session.get(LoginLink, code.partition(".")[0], with_for_update=True)
    expected = row.secret_sha256 if row else NOBODY
    right = hmac.compare_digest(_hashed(code.partition(".")[2]), expected)
    if row is None or not right or row.used_at is not None or row.expires_at <= now(session):
        return None
    row.used_at = now(session)
    return row.user_id


def _new_id() -> str:
    return secrets.token_hex(PUBLIC_BYTES)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
