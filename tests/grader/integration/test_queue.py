"""The queue's contract: the local dispatcher on SQLite and Procrastinate on PostgreSQL do the same."""

import threading

import pytest

from grader.store.attempts import start_regrade, take
from grader.store.states import Priority, State
from grader.store.submissions import accept, accept_all, cancel
from tests.grader.support.course import hand_in, upload
from tests.grader.support.queue_work import PATIENCE, Grading, states, worker


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
