"""The audit: what staff did that changed something, kept for good."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.tables import Audit

OPERATOR = "operator"  # whoever runs commands on the host


def record(
    session: Session, actor: str, action: str, subject: str, *, reason: str = "", **details: Any
) -> None:
    """Write down who did what to whom and why, in the transaction that does it."""
    session.add(
        Audit(at=now(session), actor=actor, action=action, subject=subject, reason=reason, details=details)
    )


def entries(session: Session, limit: int = 100) -> Sequence[Audit]:
    """Return the newest entries, newest first."""
    return session.scalars(select(Audit).order_by(Audit.id.desc()).limit(limit)).all()
