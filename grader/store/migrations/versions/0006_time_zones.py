"""The time zone of a course. Courses from before have UTC, in which their deadlines were entered."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    op.add_column("courses", sa.Column("time_zone", sa.Text(), nullable=False, server_default="UTC"))
