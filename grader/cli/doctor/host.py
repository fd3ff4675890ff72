"""Checks of this host: room on its disks, the secret of the seeds, and the versions of its software."""

import os
import platform
import shutil
import sqlite3
import stat
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from grader.cli.doctor.finding import Finding, Findings, missing, note, ok
from grader.seed import SECRET_FILE, read_secret
from grader.service_settings import DATABASE_FILE, ServiceSettings
from grader.store.database import open_as_it_is
from grader.suite.assignment import Assignment

DISK, SECRET, VERSIONS = "disk", "secret", "versions"
LEAST, LITTLE = 64 << 20, 1 << 30  # bytes: below the first the service takes no upload
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_disk(settings: ServiceSettings) -> Findings:
    """Check the room for the data folder and for the archives, which are in the database."""
    folders = {settings.grading.data_dir: "the data folder"}
    database = make_url(settings.database)
    if database.get_backend_name() == "sqlite":
        folders.setdefault(Path(str(database.database)).parent, "the archives")
    for folder, content in folders.items():
        yield _room(folder, content)


def _room(folder: Path, content: str) -> Finding:
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    free = shutil.disk_usage(place).free
    said = f"{free / 1e9:,.1f} GB are free for {content}, {folder}."
    if not os.access(place, os.W_OK):
        return missing(DISK, f"This user may not write to {place}, where {content} is; give the user rights.")
    if free < LEAST:
        return missing(DISK, f"{said} The service refuses uploads below {LEAST >> 20} MiB: free some space.")
    return note(DISK, f"{said} Free some space soon.") if free < LITTLE else ok(DISK, said)


def check_secret(settings: ServiceSettings) -> Findings:
    """Check the secret of the seeds, which is never shown and never made here."""
    path = settings.grading.data_dir / SECRET_FILE
    has_store = (settings.grading.data_dir / DATABASE_FILE).exists()
    if settings.secret is not None:
        yield ok(SECRET, "GRADER_SECRET states it.")
    elif path.exists():
        yield _check_kept_secret(path)
    elif settings.database_url.get_secret_value():
        yield missing(SECRET, "GRADER_SECRET is not set; it must be the same on every host of the service.")
    elif has_store:
        yield missing(
            SECRET, f"{path} is missing, so regrades would draw other inputs; restore it from a backup."
        )
    else:
        yield note(SECRET, f"There is none yet; the first start writes one to {path}.")


def _check_kept_secret(path: Path) -> Finding:
    try:
        read_secret(path.parent)
    except (ValueError, OSError) as wrong:
        return missing(SECRET, f"{wrong}.")
    if os.name == "posix" and path.stat().st_mode & OTHERS:
        return missing(SECRET, f"Others may read {path}: run `chmod 600 {path}`.")
    return ok(SECRET, f"{path} holds it.")


def check_versions(settings: ServiceSettings, assignment: Assignment) -> Findings:
    """Tell the versions of Python, numpy and the database, and the suite."""
    parts = [f"Python {platform.python_version()}", f"numpy {version('numpy')}", _database_version(settings)]
    suite = f"suite {assignment.suite_sha256[:8]} ({assignment.rubric.title})"
    yield ok(VERSIONS, f"{', '.join(part for part in parts if part)}, {suite}.")


def _database_version(settings: ServiceSettings) -> str:
    if make_url(settings.database).get_backend_name() == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    try:
        database = open_as_it_is(settings.database)
        with database.engine.connect() as connection:
            found = connection.dialect.server_version_info or ()
        database.close()
    except SQLAlchemyError:
        return ""  # the check of the database says why
    return f"PostgreSQL {'.'.join(map(str, found))}"
