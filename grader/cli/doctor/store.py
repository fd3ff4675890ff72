"""Checks of the database: whether it is there, whole and of this release, and whether its clock agrees."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from grader.cli.doctor.finding import Finding, Findings, missing, note, ok
from grader.cli.operator_mistakes import explain
from grader.service_settings import ServiceSettings
from grader.store import Database
from grader.store.database import now, open_as_it_is
from grader.store.migrate import NEWEST, AbsentStoreError, require_newest
from grader.store.tables import ArchiveRow, SubmissionRow

DATABASE, TIME = "database", "time"
SHOWN = 3
CLOCKS_AGREE = timedelta(seconds=5)
FIRST_YEAR = 2026
MB = 1e6


def check_store(settings: ServiceSettings) -> Findings:
    """Check the database, then its clock."""
    try:
        with closing(open_as_it_is(settings.database)) as database:
            require_newest(database.engine)
            yield from _check_content(database)
            yield _clock(database)
    except AbsentStoreError as absent:
        yield _absent(settings, absent)
        yield _clock_of_host()
    except (SQLAlchemyError, OSError, ValueError) as error:
        yield missing(DATABASE, explain(error, settings.database) or str(error))
        yield _clock_of_host()


def _absent(settings: ServiceSettings, absent: AbsentStoreError) -> Finding:
    """Return the finding on an absent store: an error only if the settings name one."""
    if settings.database_url.get_secret_value():
        return missing(DATABASE, f"{absent}.")
    return note(DATABASE, f"There is no store in {settings.grading.data_dir} yet; `grader serve` makes one.")


def _check_content(database: Database) -> Findings:
    with database.read() as session:
        faults = [] if database.is_postgresql else session.scalars(text("PRAGMA integrity_check")).all()
        dangling = [] if database.is_postgresql else session.execute(text("PRAGMA foreign_key_check")).all()
        archives, size = session.execute(
            select(func.count(), func.coalesce(func.sum(func.length(ArchiveRow.content)), 0))
        ).one()
    damage = [str(fault) for fault in faults if fault != "ok"]
    damage += [f"a row of {row[0]} refers to a missing row of {row[2]}" for row in dangling]
    if damage:
        shown = "; ".join(damage[:SHOWN])
        yield missing(DATABASE, f"It is damaged ({shown}); restore a backup into a new data folder.")
    else:
        url = database.engine.url
        place = url.render_as_string(hide_password=True) if database.is_postgresql else url.database
        whole = "answers" if database.is_postgresql else "is whole"
        held = f"{archives:,} archives of {size / MB:,.1f} MB"
        yield ok(DATABASE, f"{place} {whole}, at version {NEWEST}, with {held}.")


def _clock(database: Database) -> Finding:
    """Compare the clock of this host with that of the database, and with the newest row."""
    with database.read() as session:
        theirs, here = now(session), datetime.now(UTC)
        newest = session.scalar(select(func.max(SubmissionRow.received_at)))
    apart = abs(theirs - here)
    if apart > CLOCKS_AGREE:
        seconds = apart.total_seconds()
        return missing(
            TIME, f"The clocks of this host and of the database are {seconds:,.0f} s apart; set them by NTP."
        )
    if newest is not None and newest - theirs > CLOCKS_AGREE:
        shown = f"{theirs:%Y-%m-%d %H:%M} UTC"
        return missing(TIME, f"The clock shows {shown}, but a submission has a later time; set it by NTP.")
    return _clock_of_host()


def _clock_of_host() -> Finding:
    here = datetime.now(UTC)
    if here.year < FIRST_YEAR:
        return missing(TIME, f"This host's clock shows {here:%Y-%m-%d %H:%M} UTC; set it by NTP.")
    return ok(TIME, f"It is {here:%Y-%m-%d %H:%M:%S} UTC.")
