"""Announces the suite and rubric in the service's folder: at the start, and when a file of them changes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from grader.app.service import Service
from grader.core.document import DocumentError
from grader.store.standard import announce
from grader.suite.assignment import Assignment, load_assignment
from grader.suite.cache import Stamp, stamp
from grader.suite.host_fingerprint import fingerprint_of

LOOK_SECONDS = 1.0

log = structlog.get_logger()


@contextmanager
def announcing(service: Service) -> Iterator[None]:
    """Announce the service's assignment, and each change of its files while the block runs."""
    _announce(service, service.assignment)
    stop = threading.Event()
    thread = threading.Thread(target=_watch, args=(service, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _watch(service: Service, stop: threading.Event) -> None:
    """Announce the files again whenever they have changed; what cannot be read yet is looked at again."""
    seen = _stamps(service.assignment)
    while not stop.wait(LOOK_SECONDS):
        try:
            found = _stamps(service.assignment)
            if found != seen:
                _announce(service, load_assignment(service.assignment.root))
                seen = found
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
