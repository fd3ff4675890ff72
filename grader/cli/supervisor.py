"""Keeps a worker running beside the API: a process of its own, begun again when it ends unasked."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

PAUSE_SECONDS = 0.5
MARGIN_SECONDS = 10

log = structlog.get_logger()


@contextmanager
def worker_process(slots: int, stop_seconds: float) -> Iterator[None]:
    """Run `grader worker` while the block runs; it also stops when this process ends without saying so."""
    supervisor = _Supervisor(
        [sys.executable, "-m", "grader", "worker", "--slots", str(slots), "--until-input-ends"]
    )
    supervisor.start()
    try:
        yield
    finally:
        supervisor.stop(stop_seconds + MARGIN_SECONDS)


class _Supervisor:
    """Starts a command again and again until it is told to stop."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._stopping = threading.Event()
        self._process = self._begin()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Watch over the process."""
        self._thread.start()

    def stop(self, patience: float) -> None:
        """End the process: kindly, and after `patience` seconds surely."""
        self._stopping.set()
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            log.warning("the worker does not stop; killing it")
            self._process.kill()
        self._thread.join(patience)

    def _watch(self) -> None:
        while True:
            status = self._process.wait()
            if self._stopping.wait(PAUSE_SECONDS):
                return
            log.warning("the worker ended; starting another", status=status)
            self._process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own command
