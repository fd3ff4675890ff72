"""Puts the service together, in this one place: settings, database, queue, grader, worker, API."""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from anyio import CapacityLimiter
from fastapi import FastAPI

from grader.jobs import Queue, open_queue
from grader.pipeline import Grader
from grader.probe import start_strongest
from grader.sandbox.choice import RunnerKind, candidates
from grader.sandbox.runner import Allowance
from grader.seed import read_secret
from grader.service_settings import ServiceSettings
from grader.store import Database, open_database
from grader.store.audit import OPERATOR, record
from grader.store.courses import Policy, add_assignment, add_course, courses, short_name
from grader.store.people import add_user, set_role
from grader.store.states import Role
from grader.store.submissions import Basis
from grader.store.tokens import issue_token
from grader.suite.assignment import Assignment, load_assignment
from grader.template.export import project
from grader.web.api import Context, create_api
from grader.web.api.throttle import Throttle
from grader.worker import Worker

FIRST_COURSE = "course"
FIRST_ADMIN = "admin@localhost"
UNPACKED_AT_A_TIME = 4
ADDRESS_FACTOR = 10  # an address may be a whole campus, so it may fail more often than one token does


@dataclass(frozen=True)
class Service:
    """The parts that API and worker share."""

    settings: ServiceSettings
    database: Database
    queue: Queue
    assignment: Assignment
    runners: Sequence[RunnerKind]


def open_service(settings: ServiceSettings) -> Service:
    """Return the service's parts; what is missing is created. Raises UnknownRunner, SQLAlchemyError."""
    assignment = load_assignment(settings.grading.assignment)
    runners = candidates(settings.grading.runner)
    database = open_database(settings.database)
    return Service(settings, database, open_queue(database), assignment, runners)


def make_worker(service: Service, slots: int) -> Worker:
    """Return a worker of the service. Raises NoRunner at once if this host can open no sandbox."""
    start_strongest(service.runners, Allowance()).close()
    return Worker(
        database=service.database,
        queue=service.queue,
        grader=Grader(service.assignment.root, service.runners),
        rubric=service.assignment.rubric,
        secret=read_seed_secret(service.settings),
        slots=slots,
    )


def make_api(service: Service) -> FastAPI:
    """Return the application that serves the API."""
    settings, assignment = service.settings, service.assignment

    @cache
    def template() -> bytes:
        return zipped(project(assignment.root))

    return create_api(
        Context(
            database=service.database,
            queue=service.queue,
            basis=Basis(assignment.suite_sha256, assignment.rubric_sha256),
            template=template,
            runners=tuple(kind.name for kind in service.runners),
            upload_bytes=settings.upload_bytes,
            intake=CapacityLimiter(UNPACKED_AT_A_TIME),
            token_guesses=Throttle(settings.token_failures),
            address_guesses=Throttle(settings.token_failures * ADDRESS_FACTOR),
        )
    )


def first_start(service: Service, say: Callable[[str], None]) -> None:
    """Give an empty store a course, its assignment and an admin, whose token is said once."""
    title = service.assignment.rubric.title
    with service.database.write() as session:
        if courses(session):
            return
        course = add_course(session, FIRST_COURSE, "Course")
        add_assignment(session, short_name(title), course.id, title, Policy())
        admin = add_user(session, FIRST_ADMIN, "Admin")
        set_role(session, course.id, admin.id, Role.ADMIN)
        token = issue_token(session, admin.id, "first start", lifetime=None)
        record(session, OPERATOR, "first start", course.id)
    say(f"The store is new. The token of {FIRST_ADMIN}, shown this once:\n{token}")


def read_seed_secret(settings: ServiceSettings) -> bytes:
    """Return the secret of the seeds: the one that the environment states, or the data folder's."""
    if settings.secret is not None:
        return bytes.fromhex(settings.secret.get_secret_value())
    return read_secret(settings.grading.data_dir)


def zipped(files: dict[str, bytes]) -> bytes:
    """Return `files` as a zip, the same bytes for the same files."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path, content in sorted(files.items()):
            target.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()
