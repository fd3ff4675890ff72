"""Places in a student's code that failed tests point to, by report. Reports from before have none."""

import sqlalchemy as sa
from alembic import op

from grader.store.columns import Moment

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "places",
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("submission_id", "attempt", name="pk_places"),
        sa.ForeignKeyConstraint(
            ["submission_id", "attempt"],
            ["reports.submission_id", "reports.attempt"],
            name="fk_places_submission_id",
        ),
    )
