"""Announces the suite and rubric in the service's folder: at the start, and when a file of them changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from grader.app.service import Service
from grader.core.document import DocumentError
from grader.core.repeating import repeating
from grader.store.standard import announce
from grader.suite.assignment import Assignment, load_assignment
from grader.suite.cache import Stamp, stamp
from grader.suite.host_fingerprint import fingerprint_of

LOOK_SECONDS = 1.0

log = structlog.get_logger()


@contextmanager
def announcing(service: Service) -> Iterator[None]:
    """Announce the service's assignment, and each change of its files while the block runs."""
    watcher = _Watcher(service)
    _announce(service, service.assignment)
    with repeating(watcher.look, LOOK_SECONDS):
        yield


class _Watcher:
    """Announces the files again after each change; retries if they cannot be read yet."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen = _stamps(service.assignment)

    def look(self) -> None:
        """Announce the files if they have changed since the last look."""
        try:
            found = _stamps(self._service.assignment)
            if found != self._seen:
                _announce(self._service, load_assignment(self._service.assignment.root))
                self._seen = found
        except (DocumentError, OSError, SQLAlchemyError) as error:
            log.warning("the assignment's files cannot be announced", error=str(error))


def _announce(service: Service, assignment: Assignment) -> None:
    found = fingerprint_of(assignment, {})  # the data is on the hosts of the workers
    with service.database.write() as session:
        is_new = announce(session, found)
    if is_new:
        log.info("announced", suite=found.suite, rubric=found.rubric)


def _stamps(assignment: Assignment) -> dict[Path, Stamp | None]:
    return {path: stamp(path) for path in assignment.files()}
