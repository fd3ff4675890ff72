"""The service's readiness: each trouble is named with its status, and lasts before the answer is 503."""

from contextlib import contextmanager

import pytest

from grader.store.attempts import take
from grader.store.queue import WorkerInfo
from grader.usecases import readiness
from tests.grader.support.api import hand_in, make_service


@pytest.fixture
def service(database):
    """Return the API on an empty course."""
    return make_service(database, hourly_limit=None)


@pytest.fixture
def clock(monkeypatch):
    """Return a list whose only item is the time of the service's steady clock."""
    moment = [100.0]
    monkeypatch.setattr(readiness.time, "monotonic", lambda: moment[0])
    return moment


@contextmanager
def register(service, slots, **fields):
    """Show a worker while the block runs."""
    with service.queue.register(WorkerInfo("w", slots, "process", **fields)):
        yield


def ready(service):
    """Return the status code of /health/ready, its status and its sentences."""
    answer = service.client().get("/health/ready")
    return answer.status_code, answer.json()["status"], answer.json()["troubles"]


def test_no_worker_for_longer_than_a_moment(service, clock):
    """A worker that is gone for a moment is named and forgiven; one that stays away is not."""
    first = ready(service)
    clock[0] += 11
    later = ready(service)
    with register(service, 1):
        again = ready(service)

    assert first[:2] == (200, "no worker")
    assert later == (503, "no worker", ["No worker is alive: start one. Uploads are kept until then."])
    assert again == (200, "ready", [])


def test_a_worker_that_takes_nothing_says_why(service, clock):
    """Workers without slots grade nothing; the sentence of each refusal is shown."""
    with register(service, 0, refusal="The suite on host a is 12345678."):
        ready(service)
        clock[0] += 11
        found = ready(service)

    assert found[:2] == (503, "no runner")
    assert "The suite on host a is 12345678." in found[2]


def test_a_warning_leaves_the_service_ready(service):
    """Another minor version is said, and keeps nobody from grading."""
    with register(service, 1, warning="The worker on a has numpy 2.3."):
        assert ready(service) == (200, "ready", ["The worker on a has numpy 2.3."])


def test_a_disk_that_is_nearly_full(service, monkeypatch, clock):  # noqa: ARG001 - the clock stands still
    """On one machine the service is not ready when little space is left; elsewhere the database knows."""
    monkeypatch.setattr(readiness, "FREE_BYTES", 1 << 60)

    with register(service, 1):
        code, status, _ = ready(service)

    assert (code, status) == ((200, "ready") if service.database.is_postgresql else (503, "disk full"))


def test_what_waits_although_workers_are_idle(service, clock):
    """A submission that no idle worker takes is stuck after a while, and is named."""
    made = hand_in(service.client("anna")).json()["id"]
    with register(service, 1):
        ready(service)
        clock[0] += 30
        soon = ready(service)
        clock[0] += 11
        late = ready(service)

    assert soon[:2] == (200, "ready")
    assert late[:2] == (503, "stuck")
    assert made in late[2][0]


def test_what_nobody_grades(service, clock):
    """A submission in grading whose worker has no row is stuck when no reaper queues it again."""
    made = hand_in(service.client("anna")).json()["id"]
    with service.database.write() as session:
        take(session, made, "gone")
    with register(service, 1):
        ready(service)
        clock[0] += 41
        found = ready(service)

    assert found[:2] == (503, "stuck")
    assert made in found[2][0]


def test_a_database_that_cannot_be_written(service, monkeypatch):
    """When writing fails the service is not ready at once, whatever can be read."""

    def fail():
        raise readiness.SQLAlchemyError("attempt to write a readonly database")

    monkeypatch.setattr(type(service.database), "write", lambda _: _Failing(fail))

    code, status, sentences = ready(service)

    assert (code, status) == (503, "not writable")
    assert "attempt to write a readonly database" in sentences[0]


class _Failing:
    """A transaction that cannot begin."""

    def __init__(self, fail):
        """Have `fail` raise."""
        self._fail = fail

    def __enter__(self):
        self._fail()

    def __exit__(self, *_):
        return False
