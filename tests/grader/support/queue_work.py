"""Work for tests of the queue: workers in threads, and how they grade without a suite."""

import threading
from contextlib import contextmanager

from grader.store.attempts import publish, take
from grader.store.queue import WorkerInfo
from grader.store.tables import SubmissionRow
from tests.grader.support.course import verdict

PATIENCE = 30  # seconds until a test gives up; it never waits that long when the queue works
WORKER = "worker-1"


class Grading:
    """Work as a worker does: take, record the order, wait for the test, publish."""

    def __init__(self, database, wanted):
        """Set `done` after `wanted` submissions."""
        self.order, self.done, self.go_on = [], threading.Event(), threading.Event()
        self.began = threading.Event()
        self.go_on.set()
        self._database, self._wanted = database, wanted

    def __call__(self, submission_id):
        """Grade one submission."""
        with self._database.write() as session:
            job = take(session, submission_id, WORKER)
        self.began.set()
        assert self.go_on.wait(PATIENCE)
        if job:
            with self._database.write() as session:
                publish(session, job, verdict())
        self.order.append(submission_id)
        if len(self.order) >= self._wanted:
            self.done.set()


@contextmanager
def worker(queue, work, slots=1, name=WORKER):
    """Run a worker beside the block, and stop it afterwards."""
    stop = threading.Event()
    thread = threading.Thread(target=queue.run_worker, args=(WorkerInfo(name, slots, "process"), work, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def states(database, *submissions):
    """Return where submissions stand."""
    with database.read() as session:
        return [session.get_one(SubmissionRow, each.id).state for each in submissions]


class Slow(Grading):
    """Work that waits for each submission by itself, and records which ones began."""

    def __init__(self, database, wanted):
        """Set `done` after `wanted` submissions."""
        super().__init__(database, wanted)
        self.order_of_begin, self._changed = [], threading.Condition()
        self.go_on.clear()

    def __call__(self, submission_id):
        """Grade one submission."""
        with self._changed:
            self.order_of_begin.append(submission_id)
            self._changed.notify_all()
        super().__call__(submission_id)

    def wait_for(self, count):
        """Wait until so many have begun, and return them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.order_of_begin) >= count, PATIENCE)
            return list(self.order_of_begin)
