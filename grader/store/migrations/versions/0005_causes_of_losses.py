"""The recognised cause of a lost test. Losses from before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("losses", sa.Column("cause", sa.Text(), nullable=False, server_default=""))
