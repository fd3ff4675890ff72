"""Brings a database up to date, from nothing or from an earlier version, by the packaged migrations."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0003"
LOCK = 7_220_001  # hosts that start together migrate one after the other


def migrate(engine: Engine) -> None:
    """Apply all migrations that `engine`'s database lacks, in one transaction."""
    with engine.connect() as connection:
        if _version(connection) == NEWEST:
            return  # which spares every other start the import of Alembic
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        from alembic import command  # noqa: PLC0415 - as above

        command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> "Config":
    """Return what Alembic needs to know, with the connection that migrations use."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version
