"""Dead workers: their submissions are graded by others; living ones show themselves. Both dispatchers."""

import threading

from sqlalchemy import text, update

from grader.store.attempts import take
from grader.store.queue import WorkerInfo
from grader.store.queue.worker_lock import hold_worker_lock, is_alive
from grader.store.states import State
from grader.store.tables import SubmissionRow, WorkerProcessRow
from tests.grader.support.course import hand_in
from tests.grader.support.queue_work import PATIENCE, WORKER, Grading, states, worker


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
