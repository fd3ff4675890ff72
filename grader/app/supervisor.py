"""Keeps a worker process running beside the API, and starts it again when it ends by itself."""

import multiprocessing
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.util import get_temp_dir

import structlog

from grader.app.working import run_worker
from grader.service_settings import ServiceSettings

PAUSE_SECONDS = 0.5
MARGIN_SECONDS = 10

log = structlog.get_logger()


@contextmanager
def worker_beside(settings: ServiceSettings) -> Iterator[None]:
    """Run a worker while the block runs; it also stops when this process is killed."""
    supervisor = _Supervisor(settings)
    supervisor.start()
    try:
        yield
    finally:
        supervisor.stop(settings.stop_seconds + MARGIN_SECONDS)


class _Supervisor:
    """Starts workers again and again until `stop`."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("forkserver")
        # With the imports done beforehand, a worker takes the place of one that died two seconds sooner.
        self._context.set_forkserver_preload([run_worker.__module__])
        get_temp_dir()  # makes the folder of the fork server's socket, which workers then know
        self._stopping = threading.Event()
        self._beginning = threading.Lock()
        self._process: multiprocessing.context.ForkServerProcess | None = None
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Start a worker, and a thread that restarts it."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Send SIGTERM to the process; send SIGKILL after `timeout` seconds."""
        self._stopping.set()
        with self._beginning:
            process = self._process
        if process is not None:
            process.terminate()
            process.join(timeout)
            if process.is_alive():
                log.warning("the worker does not stop; killing it")
                process.kill()
        self._thread.join(timeout)

    def _watch(self) -> None:
        while process := self._begin():
            process.join()
            if self._stopping.wait(PAUSE_SECONDS):
                return
            log.warning("the worker ended; starting another", status=process.exitcode)

    def _begin(self) -> multiprocessing.context.ForkServerProcess | None:
        """Start a worker, unless it is time to stop."""
        with self._beginning:
            if self._stopping.is_set():
                return None
            self._process = self._context.Process(target=_work, args=(self._settings,), name="worker")
            self._process.start()
            return self._process


def _work(settings: ServiceSettings) -> None:
    """Work until the supervisor stops it or is gone."""
    stop = threading.Event()
    threading.Thread(target=_watch_parent, args=(stop,), daemon=True).start()
    run_worker(settings, settings.slots, stop)


def _watch_parent(stop: threading.Event) -> None:
    """Stop when the supervisor has ended, and remove the folder that it left after `kill -9`."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
    stop.set()
    shutil.rmtree(get_temp_dir(), ignore_errors=True)
