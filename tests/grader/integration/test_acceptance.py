"""Acceptance of several uploads in one transaction, on both databases."""

from datetime import timedelta

import pytest

from grader.store.queue import open_queue
from grader.store.queue.port import WorkerInfo
from grader.store.states import State
from grader.store.submissions import Upload
from grader.store.tables import AssignmentRow, SubmissionRow
from grader.usecases.acceptance import Acceptance
from grader.usecases.pace import FIRST_GUESS_SECONDS, Pace
from grader.usecases.use_case_error import NotFoundError, RateLimitError
from tests.grader.support.course import hand_in, make_course, signed_in


class Desk:
    """A course with its queue and the acceptance of uploads."""

    def __init__(self, database, **policy):
        """Keep them in `database`."""
        self.database, self.queue = database, open_queue(database)
        self.course = make_course(database, **policy)
        self.keep = Acceptance(self.queue, Pace(self.queue))

    def arrival(self, name, note="", assignment=""):
        """Return an upload by one of the course."""
        with self.database.write() as session:
            who = signed_in(session, getattr(self.course, name))
        content = f"{name} {note}".encode()
        return who, Upload(who.id, assignment, content.hex().ljust(64, "0"), content)

    def accept(self, *arrivals):
        """Accept uploads in one transaction."""
        with self.database.write() as session:
            return self.keep(session, arrivals)

    def places(self, answers):
        """Return the places that the queue gives to answers."""
        with self.database.read() as session:
            return [self.queue.position(session, each.submission.id) for each in answers]


@pytest.fixture
def desk(database):
    """Return a desk without limits."""
    return Desk(database, hourly_limit=None)


@pytest.fixture
def worker(desk):
    """Have a worker that grades one submission at a time."""
    with desk.queue.register(WorkerInfo("worker", 1, "process")):
        yield


@pytest.mark.usefixtures("worker")
def test_the_places_told_are_those_of_the_queue(desk):
    """Each answer has the place that the queue gives after the transaction, for all priorities."""
    hand_in(desk.database, desk.queue, desk.course.ben, b"earlier")
    hand_in(desk.database, desk.queue, desk.course.teacher, b"earlier")

    answers = desk.accept(desk.arrival("ben"), desk.arrival("anna"), desk.arrival("teacher"))

    told = [each.place for each in answers]
    assert told == desk.places(answers)
    assert sorted(told) == [1, 2, 3]
    assert told[1] == 1
    assert [each.wait for each in answers] == [(place - 1) * FIRST_GUESS_SECONDS for place in told]


def test_no_wait_is_told_while_nobody_grades(desk):
    """Without a worker an answer has a place and no wait."""
    [answer] = desk.accept(desk.arrival("anna"))

    assert (answer.place, answer.wait) == (1, None)


def test_staff_who_hand_in_are_known_as_such(desk):
    """The answer says whether the uploader is staff, as it then names the person."""
    student, teacher = desk.accept(desk.arrival("anna"), desk.arrival("teacher"))

    assert (student.by_staff, teacher.by_staff) == (False, True)


def test_a_refusal_in_a_group_is_its_own(desk):
    """Of three uploads the one that names no assignment of the course is refused, the others are kept."""
    answers = desk.accept(
        desk.arrival("anna"), desk.arrival("ben", assignment="other"), desk.arrival("teacher")
    )

    assert isinstance(answers[1], NotFoundError)
    assert [answers[0].is_new, answers[2].is_new] == [True, True]


def test_what_repeats_is_found_in_a_group(desk):
    """Bytes that the student handed in before come back as that submission, beside new ones."""
    [first] = desk.accept(desk.arrival("anna"))

    again, new = desk.accept(desk.arrival("anna"), desk.arrival("ben"))

    assert (again.submission.id, again.is_new) == (first.submission.id, False)
    assert new.is_new


def test_the_newest_takes_the_place_of_the_queued_one_in_a_group(desk):
    """A superseded submission leaves the queue, and no place counts it."""
    [old] = desk.accept(desk.arrival("anna", "old"))

    new, other = desk.accept(desk.arrival("anna", "new"), desk.arrival("ben"))

    with desk.database.read() as session:
        assert session.get_one(SubmissionRow, old.submission.id).state is State.SUPERSEDED
    assert [new.place, other.place] == desk.places([new, other]) == [2, 1]


def test_the_limit_is_told_with_the_next_try(database):
    """The second upload of an hour with one try is refused with the moment of the next."""
    desk = Desk(database, hourly_limit=1)
    desk.accept(desk.arrival("anna", "one"))

    [refused] = desk.accept(desk.arrival("anna", "two"))

    assert isinstance(refused, RateLimitError)
    assert 3_500 < refused.retry_seconds <= 3_600


@pytest.mark.usefixtures("worker")
def test_the_pace_is_measured_once_for_all_who_ask(desk, monkeypatch):
    """Within a moment the queue is measured once; while a slot is free the first in it does not wait."""
    measured = []
    stats = type(desk.queue).stats
    monkeypatch.setattr(
        type(desk.queue), "stats", lambda queue, session: measured.append(1) or stats(queue, session)
    )
    pace = Pace(desk.queue)

    with desk.database.read() as session:
        waits = [pace.wait(session, place) for place in (1, 2, 3)]

    assert waits == [0, FIRST_GUESS_SECONDS, 2 * FIRST_GUESS_SECONDS]
    assert len(measured) == 1


@pytest.mark.parametrize(
    ("hours", "state"),
    [(-1, State.QUEUED), (1, State.SUPERSEDED), (-9, State.SUPERSEDED), (None, State.SUPERSEDED)],
)
def test_a_late_upload_takes_no_place_of_one_in_time(desk, hours, state):
    """An upload that waits since before the deadline stays queued; two in time or two late ones do not."""
    [first] = desk.accept(desk.arrival("anna", "first"))
    with desk.database.write() as session:
        submission = session.get_one(SubmissionRow, first.submission.id)
        assignment = session.get_one(AssignmentRow, submission.assignment_id)
        present = submission.received_at
        assignment.due_at = None if hours is None else present + timedelta(hours=hours)
        submission.received_at = present - timedelta(hours=2)

    desk.accept(desk.arrival("anna", "late"))

    with desk.database.read() as session:
        assert session.get_one(SubmissionRow, first.submission.id).state is state
