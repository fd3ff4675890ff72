"""One worker process: its slots, its reaper, and its stop."""

import os
import random
import secrets
import socket
import threading
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from grader.core.rubric import Rubric
from grader.pipeline import Grader
from grader.store import Database
from grader.store.queue import Queue, WorkerInfo
from grader.worker.attempt import Attempts
from grader.worker.eligibility import Eligibility
from grader.worker.locator import Locator
from grader.worker.slots import Slots

LOOK_SECONDS = 1
REAP_SECONDS = 5
RECONNECT_SECONDS = 1
CHECK_SECONDS = 2  # between two checks of whether the sandbox works again
LAST_WAIT_SECONDS = 5

log = structlog.get_logger()


def worker_name() -> str:
    """Return a unique name."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


class Worker:
    """Grades submissions from the queue until `stop`."""

    def __init__(  # noqa: PLR0913 - its parts, each made elsewhere
        self,
        *,
        database: Database,
        queue: Queue,
        grader: Grader,
        rubric: Rubric,
        secret: bytes,
        slots: Slots,
        same_versions: bool = False,
    ) -> None:
        """Take from `queue`, keep in `database`, and derive seeds from `secret`.

        With `same_versions` another minor version of Python or numpy than announced makes it ineligible.

        Raises SuiteFailed, or SandboxError if this host can open no sandbox.
        """
        self.info = WorkerInfo(worker_name(), slots.claim(), grader.start())
        self._slots = slots
        self._slots_in_use = 0
        self._queue = queue
        self._grader = grader
        self._admission = Eligibility(database, grader, same_versions=same_versions)
        self._attempts = Attempts(database, queue, grader, self._admission, rubric, secret, self.info.name)
        self._locator = Locator(database, grader, secret, lambda: self._attempts.is_busy)

    def run(self, stop: threading.Event, stop_seconds: float) -> bool:
        """Work until `stop`, then wait for running attempts, for `stop_seconds` at most, or hand them back.

        Return whether all threads have ended; if not, the process should end without waiting for them.
        """
        log.info("worker begins", name=self.info.name, slots=self.info.slots, runner=self.info.runner)
        reaper = threading.Thread(target=self._reap, args=(stop,), daemon=True)
        locating = threading.Thread(target=self._locator.run, args=(stop,), daemon=True)
        serving = threading.Thread(target=self._serve, args=(stop,), daemon=True)
        reaper.start()
        serving.start()
        locating.start()
        while not stop.wait(
            LOOK_SECONDS
        ):  # Python handles a signal, whichever thread got it, when this wakes
            pass
        self._attempts.leave.set()
        serving.join(stop_seconds)
        if serving.is_alive():
            self._attempts.hand_back_all()
        locating.join(LAST_WAIT_SECONDS)
        self._grader.close()
        serving.join(LAST_WAIT_SECONDS)
        log.info("worker ends", name=self.info.name)
        return not serving.is_alive()

    def _serve(self, stop: threading.Event) -> None:
        """Run the queue's worker while this one is eligible; wait while it is not."""
        while not stop.is_set():
            try:
                self._serve_as(self._admission.assess(self.info), stop)
            except Exception:
                log.warning("the queue failed; trying again", name=self.info.name, exc_info=True)
                stop.wait(RECONNECT_SECONDS)

    def _serve_as(self, info: WorkerInfo, stop: threading.Event) -> None:
        """Work as `info` until a failure; if it is refused, wait until an assessment differs."""
        if info.refusal:
            log.warning("takes no submissions", name=info.name, reason=info.refusal)
            self._wait(info, stop)
        else:
            self._attempts.leave.clear()
            if stop.is_set():
                return  # `run` sets `leave` after `stop`, so `clear` cannot hide it
            self._serve_slots(info)

    def _serve_slots(self, info: WorkerInfo) -> None:
        """Work in the slots that this host has for the worker; wait while it has none."""
        slots = self._slots.claim()
        info = replace(info, slots=slots)
        if not slots:
            log.info("waits: other workers use all processors of this host", name=info.name)
            self._stand_by(info)
            return
        self._slots_in_use = slots
        try:
            self._queue.run_worker(info, self._attempts.work, self._attempts.leave)
        finally:
            self._slots_in_use = 0

    def _stand_by(self, info: WorkerInfo) -> None:
        """Wait for a slot, for the next assessment, or for the stop."""
        with self._queue.register(info):
            while not self._attempts.leave.wait(CHECK_SECONDS) and not self._slots.claim():
                pass

    def _wait(self, info: WorkerInfo, stop: threading.Event) -> None:
        """Register the worker with its reason, while assessments give the same one."""
        self._slots.close()
        with self._queue.register(info):
            while not stop.wait(CHECK_SECONDS):
                if self._admission.assess(self.info).refusal != info.refusal:
                    return

    def _watch_slots(self) -> None:
        """Renew the slots; leave the queue, to start again, when the host has more or fewer."""
        in_use = self._slots_in_use
        if in_use and self._slots.claim() != in_use:
            self._attempts.leave.set()

    def _watch_standard(self) -> None:
        """Leave the queue when the assignment's standard or this host's files have changed."""
        if not self._attempts.leave.is_set() and not self._admission.still_holds():
            self._attempts.leave.set()

    def _reap(self, stop: threading.Event) -> None:
        """Queue the submissions of dead workers again."""
        while not stop.is_set():
            try:
                self._watch_slots()
                self._watch_standard()
                reaped = self._queue.reap()
            except SQLAlchemyError as error:
                log.warning("the reaper cannot look", error=str(error.__cause__ or error))
            else:
                if reaped:
                    log.warning("queued the submissions of dead workers again", count=reaped)
            stop.wait(REAP_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, so that hosts take turns
