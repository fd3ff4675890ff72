"""The submissions that workers hold: slots, lost submissions, clocks that jump; both dispatchers."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from grader.store.attempts import take
from grader.store.queue import WorkerInfo, heartbeat, watch
from grader.store.queue.heartbeat import make_row
from grader.store.states import Priority, State
from grader.store.tables import SubmissionRow, WorkerProcessRow
from tests.grader.support.course import hand_in
from tests.grader.support.queue_work import PATIENCE, Grading, Slow, states, worker

NAME = "worker-1"


def test_a_student_holds_one_slot_while_others_wait(database, queue, course):
    """Of two slots one serves the other student, although the first handed in earlier, and twice."""
    sleepers = [hand_in(database, queue, course.anna, priority=Priority.INTERACTIVE) for _ in range(3)]
    other = hand_in(database, queue, course.ben, priority=Priority.RESUBMISSION)
    work = Slow(database, 4)

    with worker(queue, work, slots=2):
        first = work.wait_for(2)
        with database.read() as session:
            places = [queue.position(session, each.id) for each in sleepers[1:]]
        work.go_on.set()
        assert work.done.wait(PATIENCE)

    assert set(first) == {sleepers[0].id, other.id}
    assert places == [1, 2]
    assert set(states(database, *sleepers, other)) == {State.GRADED}


def test_a_busy_student_stands_behind_the_others(database, queue, course):
    """The place follows the order of service: a student with a running submission waits for those without."""
    running = hand_in(database, queue, course.anna)
    waiting = hand_in(database, queue, course.anna, priority=Priority.INTERACTIVE)
    other = hand_in(database, queue, course.ben, priority=Priority.RESUBMISSION)
    regrade = hand_in(database, queue, course.ben, priority=Priority.BULK)
    with database.write() as session:
        take(session, running.id, NAME)

    with database.read() as session:
        places = [queue.position(session, each.id) for each in (other, waiting, regrade)]

    assert places == [1, 2, 3]


def test_a_student_alone_leaves_a_slot_free(database, queue, course):
    """While nobody else waits, two of three slots serve the student, and who comes next is served at once."""
    sleepers = [hand_in(database, queue, course.anna) for _ in range(4)]
    work = Slow(database, 5)

    with worker(queue, work, slots=3):
        work.wait_for(2)
        other = hand_in(database, queue, course.ben, priority=Priority.RESUBMISSION)
        began = work.wait_for(3)
        work.go_on.set()
        assert work.done.wait(PATIENCE)

    assert began[2] == other.id
    assert set(states(database, *sleepers, other)) == {State.GRADED}


def test_a_further_submission_follows_when_the_first_ends(database, queue, course):
    """With two slots a student's submissions run one after the other; a regrade delays none of them."""
    regrade = hand_in(database, queue, course.anna, priority=Priority.BULK)
    work = Slow(database, 3)

    with worker(queue, work, slots=2):
        work.wait_for(1)
        submissions = [hand_in(database, queue, course.anna) for _ in range(2)]
        began = work.wait_for(2)
        work.go_on.set()
        assert work.done.wait(PATIENCE)

    assert began == [regrade.id, submissions[0].id]
    assert set(states(database, *submissions, regrade)) == {State.GRADED}


@pytest.fixture
def quick_beats(monkeypatch):
    """Let heartbeats come every fifth of a second."""
    monkeypatch.setattr(heartbeat, "HEARTBEAT_SECONDS", 0.2)


@pytest.mark.usefixtures("quick_beats")
def test_a_living_worker_gives_back_what_it_does_not_run(database, queue, course):
    """Work that ends without a verdict, as when the disk is full, leaves nothing in grading for ever."""
    lost = hand_in(database, queue, course.anna)
    failures = threading.Semaphore(1)
    work = Grading(database, 1)

    def fail_once(submission_id):
        if failures.acquire(blocking=False):
            with database.write() as session:
                take(session, submission_id, NAME)
            return  # the disk is full: no verdict, no word to the queue
        work(submission_id)

    with worker(queue, fail_once):
        assert work.done.wait(PATIENCE)

    assert work.order == [lost.id]
    assert states(database, lost) == [State.GRADED]


@pytest.mark.usefixtures("quick_beats")
def test_a_failed_take_keeps_nothing_waiting(database, queue, course):
    """A row that was claimed and never begun is free again with the next heartbeat."""
    lost = hand_in(database, queue, course.anna)
    failures = threading.Semaphore(1)
    work = Grading(database, 1)

    with worker(queue, lambda each: failures.acquire(blocking=False) or work(each)):
        assert work.done.wait(PATIENCE)

    with database.read() as session:
        assert session.get_one(SubmissionRow, lost.id).attempt == 1


@pytest.mark.usefixtures("quick_beats")
def test_what_runs_is_not_given_back(database, queue, course):
    """Heartbeats do not touch the submission of a busy slot, before and after it is taken."""
    hand_in(database, queue, course.anna)
    work = Grading(database, 1)
    work.go_on.clear()

    with worker(queue, work):
        assert work.began.wait(PATIENCE)
        beats = beats_of(database)
        while beats_of(database) < beats + 3:
            threading.Event().wait(0.05)
        work.go_on.set()
        assert work.done.wait(PATIENCE)

    assert len(work.order) == 1


def beats_of(database):
    """Return how many heartbeats the worker has shown."""
    with database.read() as session:
        return session.get_one(WorkerProcessRow, NAME).beats


@pytest.mark.parametrize("hours", [5, -5], ids=["forward", "back"])
def test_a_clock_that_jumps_makes_nobody_dead(database, queue, course, hours):
    """A living worker keeps its submissions when the clock jumps by hours, and no attempt is used."""
    hand_in(database, queue, course.anna)
    work = Grading(database, 1)
    work.go_on.clear()

    with worker(queue, work):
        assert work.began.wait(PATIENCE)
        jump(database, hours)
        reaped = [queue.reap(), queue.reap()]
        work.go_on.set()
        assert work.done.wait(PATIENCE)

    assert reaped == [0, 0]
    with database.read() as session:
        assert session.get_one(SubmissionRow, work.order[0]).attempt == 1


def jump(database, hours):
    """Move stored times, as a jump of the clock the other way does."""
    with database.write() as session:
        moved = timedelta(hours=-hours)
        for row in session.query(WorkerProcessRow):
            row.heartbeat_at += moved
        for row in session.query(SubmissionRow):
            row.taken_at, row.queued_at = row.taken_at + moved, row.queued_at + moved
        if database.is_postgresql:
            session.execute(
                text("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat + :moved"),
                {"moved": moved},
            )


def test_a_worker_that_stopped_loses_what_it_holds(database, queue, course, monkeypatch):
    """A worker whose heartbeats stopped is dead after the limit of this host's own clock."""
    monkeypatch.setattr(watch, "DEAD_AFTER_SECONDS", 0.4)
    left = hand_in(database, queue, course.anna)
    with database.write() as session:
        take(session, left.id, NAME)
        session.add(make_row(WorkerInfo(NAME, 1, "process"), 3, session))
        session.execute(update(SubmissionRow).values(ticket=None))

    reaped = []
    while State.GRADING in states(database, left) and len(reaped) < 100:
        reaped.append(queue.reap())
        threading.Event().wait(0.1)

    assert sum(reaped) == 1
    assert states(database, left) == [State.QUEUED]
