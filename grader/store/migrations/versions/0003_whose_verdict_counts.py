"""Assignments state the suite, rubric and data that count; workers state theirs and count their beats."""

import sqlalchemy as sa
from alembic import op

from grader.store.columns import Moment

revision = "0003"
down_revision = "0002"

STANDARD = ("suite_sha256", "rubric_sha256", "data_sha256", "python", "numpy")
HELD = sa.text("worker IS NOT NULL")


def upgrade() -> None:
    """Add the columns and an index of the rows that workers hold; workers write their own rows again."""
    for name in STANDARD:
        op.add_column("assignments", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.drop_table("workers")
    op.create_table(
        "workers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("runner", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in STANDARD),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("heartbeat_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
    op.create_index(
        "ix_submissions_held", "submissions", ["worker"], sqlite_where=HELD, postgresql_where=HELD
    )
