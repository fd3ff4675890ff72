"""Crashes: workers, the whole service and PostgreSQL are killed, and every upload still gets one report."""

import hashlib
import os
import signal
import sys
from contextlib import closing

import pytest
from sqlalchemy import func, select

from grader.store import open_database
from grader.store.queue import open_queue
from grader.store.states import Priority
from grader.store.submissions import Upload, accept
from grader.store.tables import ReportRow, SubmissionRow
from tests.grader.support import postgresql
from tests.grader.support.course import ASSIGNMENT, announce_folder, make_course
from tests.grader.support.doomed_worker import STAGES
from tests.grader.support.processes import are_over, descendants
from tests.grader.support.site import SUBMISSIONS, Site, hand_in
from tests.grader.support.small_assignments import archive, slow

pytestmark = pytest.mark.slow

WORKER = (sys.executable, "-m", "tests.grader.support.doomed_worker")
KILLED = -signal.SIGKILL


class Bench:
    """A store with a course, and workers that a test starts and kills."""

    def __init__(self, folder, url):
        """Keep everything in the database at `url`."""
        self.site = Site(folder, url)
        self._database = open_database(url)
        self._queue = open_queue(self._database)
        self._anna = make_course(self._database, hourly_limit=None).anna
        announce_folder(self._database, self.site.folder / "assignment")

    def hand_in(self, **fields):
        """Accept and enqueue a submission; return its id."""
        content = archive(**fields)
        upload = Upload(self._anna, ASSIGNMENT, hashlib.sha256(content).hexdigest(), content)
        with self._database.write() as session:
            submission = accept(session, upload)
            self._queue.enqueue(session, [submission.id], Priority(submission.priority))
        return submission.id

    def worker(self, kind):
        """Start a worker."""
        return self.site.start(kind, command=WORKER)

    def found(self, submission_id):
        """Return a submission's state, its attempts, and how many reports it has."""
        with self._database.read() as session:
            submission = session.get_one(SubmissionRow, submission_id)
            counted = select(func.count()).where(ReportRow.submission_id == submission_id)
            return submission.state.value, submission.attempt, session.scalar(counted)

    def wait_for(self, submission_id, *expected):
        """Wait until a submission is as expected; fail with how it is."""
        self.site.wait_for(lambda: self.found(submission_id) == expected)

    def close(self):
        """End all processes."""
        self.site.close()
        self._database.close()


@pytest.fixture
def bench(tmp_path, database_url):
    """Return a bench on a database of each kind."""
    opened = Bench(tmp_path, database_url)
    yield opened
    opened.close()


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_that_dies_loses_nothing(bench, stage):
    """Whatever a worker was at, the submission is graded by another one, once."""
    made = bench.hand_in()
    assert bench.worker(stage).wait(60) == KILLED, bench.site.log()
    assert bench.found(made) == ("grading", 1, 0)

    bench.worker("sound")

    bench.wait_for(made, "graded", 2, 1)


def test_three_strikes_are_enough(bench):
    """A submission whose worker dies each time ends as our error, and the queue goes on."""
    made = bench.hand_in()
    for _ in range(3):
        assert bench.worker("tests running").wait(60) == KILLED, bench.site.log()
    following = bench.hand_in(note="following")

    bench.worker("sound")

    bench.wait_for(made, "grader_error", 3, 0)
    bench.wait_for(following, "graded", 1, 1)


def test_a_worker_that_wakes_late_changes_nothing(bench):
    """A worker that was stopped, declared dead and woken may not publish over another worker's verdict."""
    made = bench.hand_in(adapters=slow(1))
    late = bench.worker("sound")
    bench.wait_for(made, "grading", 1, 0)
    bench.site.pause(late)
    bench.worker("sound")
    bench.wait_for(made, "graded", 2, 1)

    late.send_signal(signal.SIGCONT)

    bench.site.wait_for(lambda: "the attempt was superseded" in bench.site.log())
    assert bench.found(made) == ("graded", 2, 1)


@pytest.fixture
def site(tmp_path):
    """Return a site on SQLite on which nothing runs yet."""
    opened = Site(tmp_path)
    yield opened
    opened.close()


def test_the_whole_service_is_killed(site):
    """A submission accepted before SIGKILL is graded after the restart, and no student code stays behind."""
    served = site.serve()
    anna = site.client()
    made = [hand_in(anna, adapters=slow(0.5), note=str(n)).json()["id"] for n in range(3)]
    site.wait_for(lambda: "grading" in {site.state(each) for each in made})
    below = descendants(served.pid)
    worker = site.worker_pids()

    served.kill()
    for pid in worker:
        os.kill(pid, signal.SIGKILL)

    assert are_over(below)
    assert {site.state(each) for each in made} <= {"queued", "grading"}
    site.serve()
    done = [site.wait_until_done(anna, each) for each in made]
    assert [each["verdict"]["score"] for each in done] == [5, 5, 5]


def test_a_worker_of_the_service_is_replaced(site):
    """The service starts another worker for one that was killed, and its submission is graded."""
    site.serve()
    anna = site.client()
    made = hand_in(anna, adapters=slow(0.5)).json()["id"]
    site.wait_for(lambda: site.state(made) == "grading")

    for pid in site.worker_pids():
        os.kill(pid, signal.SIGKILL)

    assert site.wait_until_done(anna, made)["attempt"] == 2


@pytest.fixture
def own_cluster():
    """Return a PostgreSQL server that a test may kill."""
    with postgresql.running() as cluster:
        yield cluster


def test_postgresql_is_killed(tmp_path, own_cluster):
    """While the database is gone the answer is 503; then it goes on by itself, and nothing is lost."""
    with closing(Site(tmp_path, own_cluster.emptied_database())) as site:
        site.serve()
        anna = site.client()
        running = hand_in(anna, adapters=slow(1)).json()["id"]
        waiting = [hand_in(anna, note=str(n)).json()["id"] for n in range(3)]
        site.wait_for(lambda: site.state(running) == "grading")

        own_cluster.kill()
        refused = hand_in(anna, note="refused")
        own_cluster.start()
        done = [site.wait_until_done(anna, each) for each in (running, *waiting)]
        kept = anna.get(SUBMISSIONS).json()["submissions"]

    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert [each["state"] for each in done] == ["graded"] * 4
    assert {each["id"] for each in kept} == {running, *waiting}
