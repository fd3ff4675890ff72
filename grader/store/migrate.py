"""Brings a database up to date, from nothing or from an earlier version, by the packaged migrations."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0007"
VERSIONS = frozenset(path.name[: len(NEWEST)] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
LOCK = 7_220_001  # hosts that start together migrate one after the other


class WrongStoreError(ValueError):
    """A database is not the grader's, or a newer release's."""


def migrate(engine: Engine) -> None:
    """Apply all migrations that `engine`'s database lacks, in one transaction."""
    with engine.connect() as connection:
        version = _version(connection)
        if version == NEWEST:
            return  # which spares every other start the import of Alembic
        _check(connection, version)
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        from alembic import command  # noqa: PLC0415 - as above

        command.upgrade(configuration(connection), "head")


def _check(connection: Connection, version: str | None) -> None:
    """Refuse a database that no migration of this release fits."""
    place = connection.engine.url.render_as_string(hide_password=True)
    if version is None and inspect(connection).get_table_names():
        raise WrongStoreError(
            f"{place}: the database holds other tables than the grader's; name an empty one, or its own"
        )
    if version is not None and version not in VERSIONS:
        raise WrongStoreError(
            f"{place}: the tables are at version {version}, and this release knows up to {NEWEST}; "
            "run the release that wrote them, or restore a backup of this one"
        )


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
