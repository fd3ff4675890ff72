"""Crashes: whatever is killed, whenever, nothing that was accepted is lost, and nothing is graded twice."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text, update

from grader.store.database import now
from grader.store.states import State
from grader.store.tables import Assignment, Worker
from tests.harness import postgresql
from tests.harness.api import zipped
from tests.harness.running import Store, running, small_assignment, until
from tests.harness.samples import ROOT, read_files

REFERENCE = {path: content.decode() for path, content in read_files(ROOT / "reference").items()}


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    """Return the folder of a small assignment with slow tests."""
    folder = tmp_path_factory.mktemp("assignment")
    small_assignment(folder, slow=True)
    return folder


@pytest.fixture
def service(tmp_path, assignment):
    """Return a running service on SQLite."""
    with running(tmp_path, assignment) as started:
        yield started


@pytest.fixture
def store(service):
    """Return a look into the store of the service."""
    engine = create_engine(f"sqlite:///{service.folder}/data/grader.db", connect_args={"timeout": 30})
    yield Store(engine)
    engine.dispose()


def work(number=0):
    """Return the reference as a zip; another number makes other bytes."""
    return zipped(**{**REFERENCE, "note.py": f"NUMBER = {number}\n"})


def graded_once(store, submission_id):
    """Wait for the verdict; return the row after looking that there is one report."""
    until(lambda: store.row(submission_id).state is State.GRADED, lambda: str(vars(store.row(submission_id))))
    assert store.reports(submission_id) == 1
    return store.row(submission_id)


def is_taken(store, submission_id):
    """Tell whether a worker has begun."""
    return store.row(submission_id).attempt == 1


def runs_tests(store, submission_id):
    """Tell whether tests run."""
    return store.tests_done(submission_id) > 0


def test_an_upload_becomes_a_report(service, store):
    """The way without a crash: one attempt, all points."""
    with service.client() as client:
        own = service.hand_in(client, work())
        row = graded_once(store, own)
        report = client.get(f"/api/v1/submissions/{own}/report").json()

    assert row.attempt == 1
    assert report["score"] == report["max_score"]


@pytest.mark.parametrize("stage", [is_taken, runs_tests])
def test_a_worker_that_is_killed_while_it_grades(service, store, stage):
    """Another worker stands in, and the submission gets one report, in its second attempt."""
    with service.client() as client:
        own = service.hand_in(client, work())
        until(lambda: stage(store, own))

        for pid in store.worker_pids():
            os.kill(pid, signal.SIGKILL)

        assert graded_once(store, own).attempt == 2


def test_a_worker_that_is_killed_before_it_publishes(service, store):
    """A verdict that was found but not kept is found again, and kept once."""
    with service.client() as client:
        own = service.hand_in(client, work())
        until(lambda: runs_tests(store, own))
        with store.database.engine.connect() as blocker:
            blocker.exec_driver_sql("BEGIN IMMEDIATE")  # so that the worker waits when it publishes
            time.sleep(3)
            [pid] = store.worker_pids()
            os.kill(pid, signal.SIGKILL)
            blocker.exec_driver_sql("ROLLBACK")

        assert graded_once(store, own).attempt == 2


def test_the_whole_service_is_killed(service, store):
    """After a restart everything that was accepted is graded once, and the old tokens still open."""
    with store.database.write() as session:
        session.execute(update(Assignment).values(supersede=False))
    with service.client() as client:
        accepted = [service.hand_in(client, work(number)) for number in range(4)]
        until(lambda: runs_tests(store, accepted[0]))
    service.kill()

    service.start()

    for each in accepted:
        graded_once(store, each)
    with service.client() as client:
        assert client.get("/api/v1/me").status_code == 200


def test_a_submission_whose_worker_dies_each_time(service, store):
    """Three deaths end in grader_error: no report, no fourth attempt, and others are graded all the same."""
    with service.client() as client:
        own = service.hand_in(client, work())
        for attempt in (1, 2, 3):
            until(lambda: store.row(own).attempt == attempt, service.log)  # noqa: B023 - called at once
            kill_worker_of(store, own)
        until(lambda: store.row(own).state is State.GRADER_ERROR, service.log)
        other = service.hand_in(client, work(1))
        graded_once(store, other)

        body = client.get(f"/api/v1/submissions/{own}").json()

    assert store.reports(own) == 0
    assert (body["attempt"], body["verdict"]) == (3, None)


def kill_worker_of(store, submission_id):
    """Kill the worker that grades a submission."""
    os.kill(int(store.row(submission_id).worker.rsplit("-", 2)[1]), signal.SIGKILL)


def test_a_worker_that_wakes_late(service, store):
    """A worker that stood still is declared dead; when it goes on, its result is dropped."""
    with service.client() as client:
        own = service.hand_in(client, work())
        until(lambda: runs_tests(store, own))
        [asleep] = store.worker_pids()
        os.kill(asleep, signal.SIGSTOP)
        with store.database.write() as session:
            for worker in session.query(Worker):
                worker.heartbeat_at = now(session) - timedelta(minutes=1)
        other = subprocess.Popen(
            [sys.executable, "-m", "grader", "worker", "--slots", "1"],
            env=service.environment,
            stderr=subprocess.DEVNULL,
        )
        row = graded_once(store, own)
        os.kill(asleep, signal.SIGCONT)
        until(lambda: "counts no more" in service.log(), service.log)
        other.terminate()
        other.wait()

    assert row.attempt == 2
    assert store.reports(own) == 1


def test_a_service_that_is_stopped_hands_back(tmp_path, assignment):
    """A stop with little time hands running grades back unused; after the next start they are graded."""
    with running(tmp_path, assignment, GRADER_STOP_SECONDS="0.2") as service:
        engine = create_engine(f"sqlite:///{tmp_path}/data/grader.db")
        store = Store(engine)
        with service.client() as client:
            own = service.hand_in(client, work())
        until(lambda: runs_tests(store, own))

        status = service.stop()
        between = store.row(own)
        service.start()
        row = graded_once(store, own)
        engine.dispose()

    assert status == 0
    assert (between.state, between.attempt_limit) == (State.QUEUED, 4)
    assert row.attempt == 2


@pytest.fixture
def own_cluster():
    """Return a PostgreSQL server that a test may kill."""
    if postgresql.newest_binaries() is None:
        assert not os.environ.get("CI"), "install postgresql: in CI the tests on it are not skipped"
        pytest.skip("PostgreSQL is not installed")
    folder = postgresql.new_folder()
    started = postgresql.Cluster(folder)
    yield started
    started.stop()
    postgresql.remove(folder)


def test_postgresql_is_killed(tmp_path, assignment, own_cluster):
    """While the database is gone the answer is 503; when it is back, all that was accepted is graded."""
    url = own_cluster.emptied_database()
    with running(tmp_path, assignment, DATABASE_URL=url) as service:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), pool_pre_ping=True)
        store = Store(engine)
        with service.client() as client:
            accepted = [service.hand_in(client, work(number)) for number in range(3)]
            until(lambda: runs_tests(store, accepted[0]))
            own_cluster.kill()
            gone = client.post("/api/v1/submissions", files={"archive": ("work.zip", work(9))})
            time.sleep(2)
            own_cluster.start()
            for each in accepted:
                graded_once(store, each)
            with store.database.read() as session:
                kept = session.scalar(text("SELECT count(*) FROM submissions"))
        engine.dispose()

    assert gone.status_code == 503
    assert int(gone.headers["retry-after"]) > 0
    assert kept == len(accepted)
