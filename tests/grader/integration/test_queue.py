"""The queue's contract: the local dispatcher on SQLite and Procrastinate on PostgreSQL do the same."""

import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import text, update

from grader.store.attempts import publish, start_regrade, take
from grader.store.queue import WorkerInfo, open_queue
from grader.store.queue.worker_lock import hold_worker_lock, is_alive
from grader.store.states import Priority, State
from grader.store.submissions import accept, accept_all, cancel
from grader.store.tables import SubmissionRow, WorkerProcessRow
from tests.grader.support.course import hand_in, make_course, upload, verdict

PATIENCE = 30  # seconds until a test gives up; it never waits that long when the queue works
WORKER = "worker-1"


@pytest.fixture
def course(database):
    """Return a course without limits."""
    return make_course(database, hourly_limit=None)


@pytest.fixture
def queue(database):
    """Return the queue of the database."""
    return open_queue(database)


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


def test_what_is_enqueued_is_worked_on_once(database, queue, course):
    """Each submission reaches the work exactly once."""
    submissions = [hand_in(database, queue, course.anna) for _ in range(6)]
    work = Grading(database, 6)

    with worker(queue, work, slots=3):
        assert work.done.wait(PATIENCE)

    assert sorted(work.order) == sorted(each.id for each in submissions)
    assert set(states(database, *submissions)) == {State.GRADED}


def test_two_workers_share_the_work(database, queue, course):
    """With two workers no submission is done twice."""
    submissions = [hand_in(database, queue, course.anna) for _ in range(12)]
    work = Grading(database, 12)

    with worker(queue, work, slots=2), worker(queue, work, slots=2, name="worker-2"):
        assert work.done.wait(PATIENCE)

    assert sorted(work.order) == sorted(each.id for each in submissions)


def test_nothing_is_enqueued_by_a_transaction_that_fails(database, queue, course):
    """A submission whose transaction is undone is neither kept nor brought to a worker."""
    with pytest.raises(LookupError):
        hand_in_and_fail(database, queue, course.ben)
    kept = hand_in(database, queue, course.anna)
    work = Grading(database, 1)

    with worker(queue, work):
        assert work.done.wait(PATIENCE)

    assert work.order == [kept.id]


def hand_in_and_fail(database, queue, user_id):
    """Accept and enqueue an upload, and let the transaction end in an error."""
    with database.write() as session:
        hand_in_with(session, queue, user_id)
        raise LookupError


def hand_in_with(session, queue, user_id):
    """Accept and enqueue an upload in a transaction that goes on."""
    submission = accept(session, upload(user_id))
    queue.enqueue(session, [submission.id], Priority(submission.priority))
    return submission


def test_the_order_of_the_queue(database, queue, course):
    """First tries come before second ones, and both before regrades; equals in the order of their arrival."""
    bulk = hand_in(database, queue, course.anna, priority=Priority.BULK)
    second = hand_in(database, queue, course.anna, priority=Priority.RESUBMISSION)
    first = hand_in(database, queue, course.ben, priority=Priority.INTERACTIVE)
    later = hand_in(database, queue, course.ben, priority=Priority.INTERACTIVE)

    with database.read() as session:
        places = [queue.position(session, each.id) for each in (bulk, second, first, later)]
        of_nothing = queue.position(session, "nothing of that name")

    assert places == [4, 3, 1, 2]
    assert of_nothing is None


def test_the_next_one_is_the_first_in_the_queue(database, queue, course):
    """A single slot serves students in the order of their places."""
    submissions = [hand_in(database, queue, course.anna, priority=p) for p in (50, 100, 50, 100)]
    with database.read() as session:
        places = sorted(submissions, key=lambda each: queue.position(session, each.id))
    work = Grading(database, 4)

    with worker(queue, work):
        assert work.done.wait(PATIENCE)

    assert work.order == [each.id for each in places]


def test_a_regrade_runs_while_all_slots_are_taken(database, queue, course):
    """The reserved slot serves a regrade although students keep the ordinary one busy."""
    student = hand_in(database, queue, course.anna)
    work = Grading(database, 2)
    work.go_on.clear()

    with worker(queue, work, slots=1):
        assert work.began.wait(PATIENCE)
        waiting = hand_in(database, queue, course.ben)
        work.began.clear()
        regrade = hand_in(database, queue, course.ben, priority=Priority.BULK)
        assert work.began.wait(PATIENCE)
        during = states(database, student, waiting, regrade)
        work.go_on.set()

    assert during == [State.GRADING, State.QUEUED, State.GRADING]


def test_what_is_cancelled_is_not_worked_on(database, queue, course):
    """A cancelled submission never reaches a worker."""
    gone, kept = hand_in(database, queue, course.anna), hand_in(database, queue, course.anna)
    with database.write() as session:
        cancel(session, gone.id)
        queue.cancel(session, gone.id)
    work = Grading(database, 1)

    with worker(queue, work):
        assert work.done.wait(PATIENCE)

    assert work.order == [kept.id]


def test_a_worker_that_stops_ends_what_it_began(database, queue, course):
    """A stop claims nothing new and waits for running work."""
    submissions = [hand_in(database, queue, course.anna) for _ in range(3)]
    work = Grading(database, 1)
    work.go_on.clear()
    with worker(queue, work):
        assert work.began.wait(PATIENCE)
        threading.Timer(0.3, work.go_on.set).start()

    assert sorted(states(database, *submissions)) == [State.GRADED, State.QUEUED, State.QUEUED]


def test_what_a_dead_worker_began_is_done_by_another(database, queue, course):
    """A submission whose worker is gone is reaped and graded by the next worker; its attempts count on."""
    submission = hand_in(database, queue, course.anna)
    die_while_grading(database, submission)

    reaped = queue.reap()
    work = Grading(database, 1)
    with worker(queue, work):
        assert work.done.wait(PATIENCE)

    with database.read() as session:
        row = session.get_one(SubmissionRow, submission.id)
    assert reaped == 1
    assert (row.state, row.attempt) == (State.GRADED, 2)


def die_while_grading(database, submission):
    """Leave the rows of a worker that was killed while it graded."""
    with database.write() as session:
        take(session, submission.id, "dead worker")
        if database.is_postgresql:
            fetched = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL WHERE id = :job"
            session.execute(text(fetched), {"job": session.get_one(SubmissionRow, submission.id).ticket})


def test_the_reaper_leaves_the_living_alone(database, queue, course):
    """A living worker keeps its submission."""
    submission = hand_in(database, queue, course.anna)
    work = Grading(database, 1)
    work.go_on.clear()

    with worker(queue, work):
        assert work.began.wait(PATIENCE)
        reaped = queue.reap()
        work.go_on.set()
        assert work.done.wait(PATIENCE)

    with database.read() as session:
        row = session.get_one(SubmissionRow, submission.id)
    assert (reaped, row.attempt) == (0, 1)


def test_two_reapers_do_not_reap_the_same_twice(database, queue, course):
    """Reapers that start together queue a submission again once."""
    submission = hand_in(database, queue, course.anna)
    die_while_grading(database, submission)
    counts = []

    threads = [threading.Thread(target=lambda: counts.append(queue.reap())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert sum(counts) == 1
    work = Grading(database, 1)
    with worker(queue, work, slots=2):
        assert work.done.wait(PATIENCE)
    assert work.order == [submission.id]


def test_rows_that_no_job_would_bring_are_brought_back(database, queue, course):
    """After a restore rows wait or are in grading, with no job and no worker: the reaper enqueues them."""
    waiting, begun = hand_in(database, queue, course.anna), hand_in(database, queue, course.ben)
    with database.write() as session:
        take(session, begun.id, "of another life")
        session.execute(update(SubmissionRow).values(ticket=None))
        if database.is_postgresql:
            session.execute(text("DELETE FROM procrastinate_jobs"))

    queue.reap()
    work = Grading(database, 2)
    with worker(queue, work):
        assert work.done.wait(PATIENCE)

    assert states(database, waiting, begun) == [State.GRADED, State.GRADED]


def test_a_ticket_of_another_life_keeps_no_submission_waiting(database, queue, course):
    """A row whose ticket happens to be another submission's job is brought back all the same."""
    waiting, other = hand_in(database, queue, course.anna), hand_in(database, queue, course.ben)
    with database.write() as session:
        if database.is_postgresql:
            session.execute(
                text("DELETE FROM procrastinate_jobs WHERE id = :job"), {"job": ticket(session, waiting)}
            )
        session.execute(
            update(SubmissionRow).where(SubmissionRow.id == waiting.id).values(ticket=ticket(session, other))
        )

    queue.reap()
    work = Grading(database, 2)
    with worker(queue, work):
        assert work.done.wait(PATIENCE)

    assert states(database, waiting, other) == [State.GRADED, State.GRADED]


def ticket(session, submission):
    """Return the ticket that a submission's row holds."""
    return session.get_one(SubmissionRow, submission.id).ticket


def test_many_are_enqueued_at_once(database, queue, course):
    """Each of several submissions that are enqueued together is worked on, in their order."""
    with database.write() as session:
        made = accept_all(
            session, [(upload(course.anna, bytes([n])), Priority.INTERACTIVE) for n in range(3)]
        )
        queue.enqueue(session, [each.id for each in made], Priority.INTERACTIVE)
    work = Grading(database, 3)

    with worker(queue, work):
        assert work.done.wait(PATIENCE)

    assert work.order == [each.id for each in made]


def test_a_regrade_of_a_finished_submission(database, queue, course):
    """A finished submission that is enqueued again is done again."""
    submission = hand_in(database, queue, course.anna)
    work = Grading(database, 1)
    with worker(queue, work):
        assert work.done.wait(PATIENCE)
    with database.write() as session:
        start_regrade(session, submission.id, Priority.BULK)
        queue.enqueue(session, [submission.id], Priority.BULK)
    again = Grading(database, 1)

    with worker(queue, again):
        assert again.done.wait(PATIENCE)

    assert states(database, submission) == [State.GRADED]


def test_the_queue_is_measured(database, queue, course):
    """The numbers are depth by priority, running submissions, and slots of living workers."""
    hand_in(database, queue, course.anna, priority=Priority.BULK)
    hand_in(database, queue, course.anna, priority=Priority.RESUBMISSION)
    with database.write() as session:
        take(session, hand_in_with(session, queue, course.ben).id, "w")

    with database.read() as session:
        stats = queue.stats(session)

    assert stats.depth == {Priority.BULK: 1, Priority.RESUBMISSION: 1}
    assert (stats.grading, stats.workers, stats.slots) == (1, 0, 0)
    assert stats.oldest_wait >= 0


def test_a_worker_shows_while_it_lives(database, queue, course):
    """A running worker is counted with its slots, and is gone when it has stopped."""
    work = Grading(database, 1)
    work.go_on.clear()
    hand_in(database, queue, course.anna)

    with worker(queue, work, slots=3):
        assert work.began.wait(PATIENCE)
        with database.read() as session:
            during = queue.stats(session)
        work.go_on.set()

    with database.read() as session:
        assert session.query(WorkerProcessRow).count() == 0
    assert (during.workers, during.slots) == (1, 3)


def test_a_worker_that_cannot_work_shows_without_slots(database, queue):
    """Its presence is seen, survives the reaper, and ends."""
    with queue.register(WorkerInfo(WORKER, 0, "process")):
        queue.reap()
        with database.read() as session:
            during = queue.stats(session)

    with database.read() as session:
        after = queue.stats(session)
    assert (during.workers, during.slots, after.workers) == (1, 0, 0)


def test_proof_of_life_ends_with_its_holder(tmp_path):
    """A lock that is held shows life; a lock that was left behind shows none."""
    with hold_worker_lock(tmp_path, "w"):
        during = is_alive(tmp_path, "w")
    (tmp_path / "left").touch()

    assert during
    assert not is_alive(tmp_path, "w")
    assert not is_alive(tmp_path, "left")
