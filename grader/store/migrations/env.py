"""Runs migrations on the connection that grader.store.migrate hands over."""

from alembic import context

from grader.store import tables  # noqa: F401 - defines the tables that metadata then knows
from grader.store.columns import StoredRow

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=StoredRow.metadata,
    render_as_batch=True,  # SQLite changes a table only by copying it
)
context.run_migrations()
