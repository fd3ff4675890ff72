"""The points of each problem and the lost tests, so that counting them parses no report.

Both come from the stored documents. The code is written out here: `graded-report/1` is fixed, while the code
that writes reports may change.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from grader.core.text import clean_line

revision = "0002"
down_revision = "0001"

REASON_CHARACTERS = 200
KEPT = ("passed", "not_judged")
LOST = ("failed", "error", "not_run")
REPORTS = sa.table(
    "reports",
    sa.column("submission_id", sa.Text()),
    sa.column("attempt", sa.Integer()),
    sa.column("points", sa.JSON()),
    sa.column("document", sa.Text()),
)


def upgrade() -> None:
    """Add the column and the table, and fill both."""
    _add_points()
    for key, document in _documents():
        points = {problem["id"]: problem["points"] for problem in _problems(document)}
        op.execute(sa.update(REPORTS).where(_is(*key)).values(points=points))
    with op.batch_alter_table("reports") as reports:
        reports.alter_column("points", existing_type=sa.JSON(), nullable=False)
    losses = _create_losses()
    for (submission_id, attempt), document in _documents():
        op.bulk_insert(
            losses, [{"submission_id": submission_id, "attempt": attempt, **lost} for lost in _lost(document)]
        )


def _add_points() -> None:
    """Add the column, empty; in SQLite, where the order of columns matters, before the document."""
    points = sa.Column("points", sa.JSON())
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("reports", points)
        return
    with op.batch_alter_table("reports", recreate="always") as reports:
        reports.add_column(points, insert_after="max_bonus")


def _create_losses() -> sa.Table:
    return op.create_table(
        "losses",
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("test", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(*KEPT, *LOST, name="outcome", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id", "attempt"],
            ["reports.submission_id", "reports.attempt"],
            name="fk_losses_submission_id",
        ),
        sa.PrimaryKeyConstraint("submission_id", "attempt", "problem", "test", name="pk_losses"),
    )


def _documents() -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    """Yield the key and the document of each report, one in memory at a time."""
    connection = op.get_bind()
    for submission_id, attempt in connection.execute(
        sa.select(REPORTS.c.submission_id, REPORTS.c.attempt)
    ).all():
        document = connection.execute(
            sa.select(REPORTS.c.document).where(_is(submission_id, attempt))
        ).scalar_one()
        yield (submission_id, attempt), json.loads(document)


def _is(submission_id: str, attempt: int) -> sa.ColumnElement[bool]:
    return sa.and_(REPORTS.c.submission_id == submission_id, REPORTS.c.attempt == attempt)


def _problems(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [problem for part in document["parts"] for problem in part["problems"]]


def _lost(document: dict[str, Any]) -> list[dict[str, str]]:
    """Return the lost tests of a report as rows."""
    return [
        {
            "problem": problem["id"],
            "test": test["name"],
            "outcome": test["outcome"],
            "reason": clean_line(test["message"].partition("\n")[0], REASON_CHARACTERS),
        }
        for problem in _problems(document)
        for test in problem["tests"]
        if test["outcome"] in LOST
    ]
