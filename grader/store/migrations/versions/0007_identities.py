"""Login and SIS id of a person, for rosters without addresses. People from before have neither."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns, empty."""
    with op.batch_alter_table("users") as users:
        for column in ("login", "sis_id"):
            users.add_column(sa.Column(column, sa.Text(), nullable=True))
            users.create_unique_constraint(f"uq_users_{column}", [column])
