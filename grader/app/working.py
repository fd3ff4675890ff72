"""Makes the worker of a service, and runs it."""

import os
import signal
import sys
import threading
from types import FrameType

from grader.app.service import Service, open_service, read_seed_secret
from grader.logs import configure_logs
from grader.pipeline import Grader
from grader.service_settings import ServiceSettings
from grader.store import open_existing
from grader.worker import Worker
from grader.worker.slots import slots_of


def make_worker(service: Service, slots: int | None) -> Worker:
    """Return a worker of the service. Raises NoRunner if no runner works on this host."""
    return Worker(
        database=service.database,
        queue=service.queue,
        grader=Grader(service.assignment.root, service.runners),
        rubric=service.assignment.rubric,
        secret=read_seed_secret(service.settings),
        slots=slots_of(slots, service.settings.database),
        same_versions=service.settings.same_versions,
    )


def run_worker(settings: ServiceSettings, slots: int | None, stop: threading.Event) -> None:
    """Work until `stop` or a signal; then end this process, with all its threads."""
    configure_logs()
    _stop_on_signals(stop)
    service = open_service(settings, open_existing)  # at a mistyped path a worker would wait forever
    if not make_worker(service, slots).run(stop, settings.stop_seconds):
        sys.stderr.flush()
        os._exit(0)  # running attempts were handed back: their threads would only delay the stop


def _stop_on_signals(stop: threading.Event) -> None:
    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's signature
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
