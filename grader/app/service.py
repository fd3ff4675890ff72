"""The parts that the API and workers share, and what a new store begins with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.app.entry import Entry
from grader.core.role import Role
from grader.jobs import Queue, open_queue
from grader.runners import allowed_runners
from grader.sandbox.runner import RunnerKind
from grader.seed import keep_secret, read_secret
from grader.service_settings import ServiceSettings
from grader.settings import SettingsError
from grader.store import Database, open_database
from grader.store.audit import OPERATOR, record
from grader.store.courses import Policy, add_assignment, add_course, courses, short_name
from grader.store.people import add_user, set_role
from grader.suite.assignment import Assignment, load_assignment

FIRST_COURSE = "course"
FIRST_ADMIN = "admin@localhost"


@dataclass(frozen=True)
class Service:
    """The parts that API and workers share."""

    settings: ServiceSettings
    database: Database
    queue: Queue
    assignment: Assignment
    runners: Sequence[RunnerKind]


def open_service(settings: ServiceSettings, open_store: Callable[[str], Database] = open_database) -> Service:
    """Return the service's parts; `open_store` says whether a store that is missing is made.

    Raises UnknownRunner, SettingsError, SQLAlchemyError.
    """
    assignment = load_assignment(settings.grading.assignment)
    runners = allowed_runners(settings.grading)
    try:
        database = open_store(settings.database)
    except ValueError as wrong:
        raise SettingsError(str(wrong)) from None
    return Service(settings, database, open_queue(database), assignment, runners)


def first_start(service: Service, say: Callable[[str], None], entry: Entry) -> None:
    """Give an empty store a course, its assignment and an admin, and say by `entry` how the admin gets in."""
    read_seed_secret(service.settings)
    title = service.assignment.rubric.title
    with service.database.write() as session:
        if courses(session):
            return
        course = add_course(session, FIRST_COURSE, "Course")
        add_assignment(session, short_name(title), course.id, title, Policy())
        admin = add_user(session, FIRST_ADMIN, "Admin")
        set_role(session, course.id, admin.id, Role.ADMIN)
        record(session, OPERATOR, "first start", course.id, course=course.id)
        way_in = entry(session, admin, service.settings)
    say(f"The store is new; it has a course and an admin. {way_in}")


def read_seed_secret(settings: ServiceSettings) -> bytes:
    """Return the secret of the seeds: the one that the environment states, or the data folder's.

    Raises SettingsError when the folder's file holds none.
    """
    if settings.secret is not None:
        return bytes.fromhex(settings.secret.get_secret_value())
    try:
        return read_secret(settings.grading.data_dir)
    except ValueError as wrong:
        raise SettingsError(str(wrong)) from None


def keep_seed_secret(settings: ServiceSettings, secret: bytes) -> None:
    """Keep the secret of a backup. Raises SettingsError when the environment states another one."""
    if settings.secret is None:
        keep_secret(settings.grading.data_dir, secret)
    elif bytes.fromhex(settings.secret.get_secret_value()) != secret:
        raise SettingsError(
            "GRADER_SECRET: the backup was made with another one, without which regrades see other inputs; "
            "set it to what `unzip -p FILE seed-secret` prints"
        )
