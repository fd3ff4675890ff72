"""Login and SIS id of a person, for rosters without addresses. People from before have neither."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns, empty, each with an index that keeps them unique."""
    for column in ("login", "sis_id"):
        op.add_column("users", sa.Column(column, sa.Text(), nullable=True))
        op.create_index(f"ix_users_{column}", "users", [column], unique=True)
