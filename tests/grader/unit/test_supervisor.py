"""The supervisor of the worker beside the API: it begins another one, and ends the one that runs."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.app import supervisor
from grader.app.supervisor import worker_beside
from tests.grader.support.processes import are_over, is_running

PATIENCE = 60


@dataclass(frozen=True)
class Settings:
    """A stand-in for the service's settings: the file where workers record their start."""

    folder: Path
    stop_seconds: float = PATIENCE


def obedient(settings):
    """Work until a signal ends it."""
    (settings.folder / str(os.getpid())).touch()
    time.sleep(PATIENCE)


def stubborn(settings):
    """Work on, whatever signal comes."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    obedient(settings)


def workers(settings, count):
    """Wait until so many workers have begun, and return their processes."""
    end = time.monotonic() + PATIENCE
    while len(pids := {int(path.name) for path in settings.folder.iterdir()}) < count:
        assert time.monotonic() < end
        time.sleep(0.01)
    return pids


@pytest.fixture
def settings(tmp_path):
    """Return settings with an empty folder."""
    return Settings(tmp_path)


def test_a_worker_that_ends_is_followed_by_another(settings, monkeypatch):
    """After a worker was killed another one runs, and at the end none does."""
    monkeypatch.setattr(supervisor, "_work", obedient)

    with worker_beside(settings):
        [first] = workers(settings, 1)
        os.kill(first, signal.SIGKILL)
        [second] = workers(settings, 2) - {first}
        was_running = is_running(second)

    assert was_running
    assert are_over([first, second])


def test_a_worker_that_does_not_stop_is_killed(settings, monkeypatch):
    """Patience has an end: then the worker is ended for sure."""
    monkeypatch.setattr(supervisor, "_work", stubborn)
    monkeypatch.setattr(supervisor, "MARGIN_SECONDS", 0.2 - PATIENCE)

    with worker_beside(settings):
        [worker] = workers(settings, 1)

    assert are_over([worker])


def test_an_error_of_the_service_ends_its_worker_too(settings, monkeypatch):
    """However the service ends, no worker outlives it."""
    monkeypatch.setattr(supervisor, "_work", obedient)

    with pytest.raises(LookupError):
        serve_and_fail(settings)

    assert are_over(workers(settings, 1))


def serve_and_fail(settings):
    """Serve until the first worker has begun, and then fail."""
    with worker_beside(settings):
        workers(settings, 1)
        raise LookupError
