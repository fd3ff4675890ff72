"""The locator finds, while no submission waits, the places in students' code of failed checks."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from grader.core.reading import from_document
from grader.intake import read_archive
from grader.pipeline import Grader
from grader.seed import derive_seed
from grader.store import Database
from grader.store.places import (
    TraceJob,
    abandon_trace,
    finish_trace,
    lacks_places,
    someone_waits,
    start_trace,
)
from grader.store.submissions import Basis
from grader.worker.eligibility import OUT_OF_ORDER

PAUSE_SECONDS = 3.0  # between two looks for a report without places
LOOK_SECONDS = 0.5  # between two looks for a waiting submission, while a traced run goes on

log = structlog.get_logger()


class Interrupted(Exception):  # noqa: N818 - an outcome, not an error
    """A submission waits, or the worker stops: the traced run ends, and comes later."""


class Locator:
    """Makes traced runs, one at a time, and gives way to every submission."""

    def __init__(
        self, database: Database, grader: Grader, secret: bytes, is_busy: Callable[[], bool]
    ) -> None:
        """Run nothing while this worker `is_busy`."""
        self._database = database
        self._grader = grader
        self._secret = secret
        self._is_busy = is_busy

    def run(self, stop: threading.Event) -> None:
        """Find places until `stop`."""
        while not stop.wait(PAUSE_SECONDS):
            try:
                while not stop.is_set() and self.find_next(stop):
                    pass
            except (SQLAlchemyError, *OUT_OF_ORDER) as error:
                log.warning("places were not looked for", error=str(error))

    def find_next(self, stop: threading.Event) -> bool:
        """Find the places of one report; return whether there was one and it was finished."""
        job = self._start()
        if job is None:
            return False
        try:
            places = self._find(job, _Watch(self._must_yield, stop).hear)
        except Interrupted:
            log.info("a traced run gives way", submission=job.submission_id)
            with self._database.write() as session:
                abandon_trace(session, job)
            return False
        except OUT_OF_ORDER as error:  # the start counts, so that it is not repeated without end
            log.warning("a traced run failed", submission=job.submission_id, error=str(error))
            return False
        with self._database.write() as session:
            finish_trace(session, job, places)
        log.info("places found", submission=job.submission_id, attempt=job.attempt, count=len(places))
        return True

    def _start(self) -> TraceJob | None:
        own = self._grader.fingerprint()
        basis = Basis(own.suite, own.rubric)
        with self._database.read() as session:  # SQLite has one writer at a time, and most looks find nothing
            if self._is_busy() or someone_waits(session) or not lacks_places(session, basis):
                return None
        with self._database.write() as session:
            return start_trace(session, basis)

    def _find(self, job: TraceJob, listen: Callable[[str, Any], None]) -> Any:
        """Return the places of a report; none where the run fails for a reason of its own."""
        report = from_document(json.loads(job.document))
        submission, seed = read_archive(job.content), derive_seed(self._secret, job.sha256)
        try:
            return self._grader.find_places(submission, seed, report, listen)
        except (Interrupted, *OUT_OF_ORDER):
            raise
        except Exception:
            log.exception("the places of a report were not found", submission=job.submission_id)
            return {}

    def _must_yield(self) -> bool:
        if self._is_busy():
            return True
        with self._database.read() as session:
            return someone_waits(session)


class _Watch:
    """Ends a traced run when the worker has something else to do."""

    def __init__(self, must_yield: Callable[[], bool], stop: threading.Event) -> None:
        """Ask `must_yield` now and then, and end at `stop`."""
        self._must_yield = must_yield
        self._stop = stop
        self._looked = time.monotonic()

    def hear(self, kind: str, content: Any) -> None:
        """Take an event of the run. Raises Interrupted."""
        del kind, content
        if self._stop.is_set():
            raise Interrupted
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            if self._must_yield():
                raise Interrupted
