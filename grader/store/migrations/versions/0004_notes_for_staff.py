"""Notes on a verdict that only staff may read, one a line. Reports from before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("reports", sa.Column("staff_notes", sa.Text(), nullable=False, server_default=""))
