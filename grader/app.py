"""Puts the service together, in this one place: settings, database, queue, grader, worker, API."""

import io
import zipfile
from dataclasses import dataclass
from functools import cache

from anyio import CapacityLimiter
from fastapi import FastAPI

from grader.core.report import GradedReport
from grader.core.submission import Submission
from grader.jobs import Queue, open_queue
from grader.pipeline import Grading, grade
from grader.sandbox.choice import RunnerKind, choose_runner
from grader.seed import read_secret
from grader.service_settings import ServiceSettings
from grader.store import Database, open_database
from grader.store.submissions import Basis
from grader.suite.assignment import Assignment, load_assignment
from grader.template.export import project
from grader.web.api import Context, create_api
from grader.web.api.throttle import Throttle
from grader.worker import Worker
from grader.worker.grading import Listener

UNPACKED_AT_A_TIME = 4
ADDRESS_FACTOR = 10  # an address may be a whole campus, so it may fail more often than one token does


@dataclass(frozen=True)
class Service:
    """The parts that API and worker share."""

    settings: ServiceSettings
    database: Database
    queue: Queue
    assignment: Assignment
    runner: RunnerKind


class PipelineGrader:
    """Grades each submission in a suite's process of its own."""

    def __init__(self, grading: Grading) -> None:
        """Grade as `grading` says."""
        self._grading = grading

    def grade(self, submission: Submission, seed: int, listen: Listener) -> GradedReport:
        """Return the verdict. Raises SuiteFailed, SandboxError."""
        return grade(submission, self._grading, seed, listen)

    def close(self) -> None:
        """Keep nothing ready, so give nothing back."""


def open_service(settings: ServiceSettings) -> Service:
    """Return the service's parts; what is missing is created. Raises NoRunner, SQLAlchemyError."""
    assignment = load_assignment(settings.grading.assignment)
    runner = choose_runner(settings.grading.runner)
    database = open_database(settings.database)
    return Service(settings, database, open_queue(database), assignment, runner)


def make_worker(service: Service, slots: int) -> Worker:
    """Return a worker of the service."""
    return Worker(
        database=service.database,
        queue=service.queue,
        grader=PipelineGrader(Grading(service.assignment, service.runner)),
        rubric=service.assignment.rubric,
        secret=read_seed_secret(service.settings),
        slots=slots,
    )


def make_api(service: Service) -> FastAPI:
    """Return the application that serves the API."""
    settings, assignment, runner = service.settings, service.assignment, service.runner

    @cache
    def template() -> bytes:
        return zipped(project(assignment.root))

    return create_api(
        Context(
            database=service.database,
            queue=service.queue,
            basis=Basis(assignment.suite_sha256, assignment.rubric_sha256),
            template=template,
            runner=f"{runner.name} (isolation: {runner.isolation})",
            upload_bytes=settings.upload_bytes,
            intake=CapacityLimiter(UNPACKED_AT_A_TIME),
            token_guesses=Throttle(settings.token_failures),
            address_guesses=Throttle(settings.token_failures * ADDRESS_FACTOR),
        )
    )


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
