"""Brings a database up to date, from nothing or from an earlier version, by the packaged migrations."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0008"
VERSIONS = frozenset(path.name[: len(NEWEST)] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
LOCK = 7_220_001  # hosts that start together migrate one after the other


class WrongStoreError(ValueError):
    """A database belongs to another program, or to another release."""


class AbsentStoreError(ValueError):
    """There is no store at a place; most often its path is mistyped."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place}: there is no store here; check GRADER_DATA_DIR and DATABASE_URL. "
            "`grader serve` and `grader restore` make a new store"
        )


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


def require_newest(engine: Engine) -> None:
    """Check that the tables are those of this release. Raises AbsentStoreError, WrongStoreError."""
    with engine.connect() as connection:
        version = _version(connection)
        if version == NEWEST:
            return
        _check(connection, version)
    place = _place(engine)
    if version is None:
        raise AbsentStoreError(place)
    raise WrongStoreError(
        f"{place}: the tables are at version {version}, and this release needs {NEWEST}; "
        "back up with the release that wrote them, then `grader serve` brings them up to date"
    )


def stored_version(engine: Engine) -> str | None:
    """Return the version of the tables; None if there are none of the grader."""
    with engine.connect() as connection:
        return _version(connection)


def _place(engine: Engine) -> str:
    """Return the name of a database for messages, without its password."""
    return engine.url.render_as_string(hide_password=True)


def _check(connection: Connection, version: str | None) -> None:
    """Refuse a database that no migration of this release can change."""
    place = _place(connection.engine)
    if version is None and inspect(connection).get_table_names():
        raise WrongStoreError(
            f"{place}: the database has tables of another program; name an empty one, or the grader's own"
        )
    if version is not None and version not in VERSIONS:
        raise WrongStoreError(
            f"{place}: the tables are at version {version}, and this release knows up to {NEWEST}; "
            "run the release that wrote them, or restore a backup of this one"
        )


def configuration(connection: Connection) -> "Config":
    """Return the configuration of Alembic, with the connection that migrations use."""
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
