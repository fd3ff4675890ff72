"""Student results: which submission counts, and the history of one student; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from grader.store.attempts import start_regrade
from grader.store.courses import SubmissionPolicy, add_assignment
from grader.store.database import now
from grader.store.states import Priority, State
from grader.store.student_results import Counts, Earned, Newest, Totals, list_history, list_student_results
from grader.store.submissions import accept, cancel
from grader.store.tables import AssignmentRow, ReportRow
from tests.grader.support.course import ASSIGNMENT, COURSE, upload
from tests.grader.support.graded import handed_in, keep, regrade


def standing_of(database, email, counts=Counts.BEST):
    """Return where one student stands."""
    with database.read() as session:
        found = list_student_results(session, session.get_one(AssignmentRow, ASSIGNMENT), counts)
    (one,) = (standing for standing in found if standing.email == email)
    return one


def test_every_student_has_a_standing(database, course):
    """Who handed in nothing is there too, staff are not, and people are ordered by address."""
    waiting = keep(database, course.ben)

    with database.read() as session:
        anna, ben = list_student_results(session, session.get_one(AssignmentRow, ASSIGNMENT), Counts.BEST)

    assert (anna.email, anna.section, anna.attempts, anna.newest, anna.counted) == (
        "anna@example.edu",
        "A",
        0,
        None,
        None,
    )
    assert (ben.user_id, ben.section, ben.attempts, ben.counted) == (course.ben, "B", 1, None)
    assert ben.newest == Newest(waiting, State.QUEUED)


def test_the_best_counts_or_the_latest(database, course):
    """By score, then bonus, then who came first; or by time alone. Each has its own points."""
    handed_in(database, course.anna, 5, score=4.0, bonus=1.0)
    best = handed_in(database, course.anna, 4, score=4.0, bonus=2.0, points={"adding": 3.0, "roots": 1.0})
    handed_in(database, course.anna, 3, score=4.0, bonus=2.0)
    latest = handed_in(database, course.anna, 2, score=1.0)
    waiting = keep(database, course.anna, 1)

    by_best = standing_of(database, "anna@example.edu")
    by_time = standing_of(database, "anna@example.edu", Counts.LATEST)

    assert by_best.counted.submission_id == best
    assert by_best.counted.earned == Earned(4.0, 5, 2.0, 4, {"adding": 3.0, "roots": 1.0})
    assert by_time.counted.submission_id == latest
    assert by_best.attempts == by_time.attempts == 5
    assert by_best.newest == by_time.newest == Newest(waiting, State.QUEUED)


def test_the_newest_report_of_a_submission_counts(database, course):
    """A regrade replaces the points of a submission; until then the earlier report counts."""
    fallen = handed_in(database, course.anna, 2, score=5.0)
    other = handed_in(database, course.anna, 1, score=4.0)
    regrade(database, fallen, score=3.0)
    with database.write() as session:
        start_regrade(session, other, Priority.BULK)

    counted = standing_of(database, "anna@example.edu").counted

    assert (counted.submission_id, counted.earned.score) == (other, 4.0)


def test_only_what_cost_an_attempt_is_a_try(database, course):
    """A cancelled submission, or one that we failed to grade, is the newest but no attempt."""
    handed_in(database, course.anna, 2)
    cancelled = keep(database, course.anna)
    with database.write() as session:
        cancel(session, cancelled)

    anna = standing_of(database, "anna@example.edu")

    assert (anna.attempts, anna.newest) == (1, Newest(cancelled, State.CANCELLED))


@pytest.mark.parametrize(("hours", "late"), [(-1, True), (1, False), (None, False)])
def test_what_came_after_the_due_time_is_late(database, course, hours, late):
    """It is marked, and counts all the same; without a due time nothing is late."""
    submission_id = handed_in(database, course.anna, 0)
    with database.write() as session:
        due_at = None if hours is None else now(session) + timedelta(hours=hours)
        session.get_one(AssignmentRow, ASSIGNMENT).due_at = due_at

    with database.read() as session:
        (only,) = list_history(session, course.anna, session.get_one(AssignmentRow, ASSIGNMENT))
    counted = standing_of(database, "anna@example.edu").counted

    assert (counted.submission_id, counted.is_late) == (submission_id, late)
    assert only.is_late == late


def test_another_assignment_has_standings_of_its_own(database, course):
    """A submission for one assignment counts in no other, and staff have no result."""
    with database.write() as session:
        add_assignment(session, "other", COURSE, "Other", SubmissionPolicy())
        for student in (course.anna, course.teacher):
            accept(session, replace(upload(student), assignment_id="other"))

    with database.read() as session:
        other = list_student_results(session, session.get_one(AssignmentRow, "other"), Counts.BEST)
        here = list_student_results(session, session.get_one(AssignmentRow, ASSIGNMENT), Counts.BEST)
        elsewhere = list_history(session, course.anna, session.get_one(AssignmentRow, ASSIGNMENT))

    assert [(each.user_id, each.attempts) for each in other] == [(course.anna, 1), (course.ben, 0)]
    assert [(each.user_id, each.attempts) for each in here] == [(course.anna, 0), (course.ben, 0)]
    assert elsewhere == []


def test_standings_take_three_queries_whatever_the_number(database, course):
    """No query is made for each student or submission."""
    for hours in range(3):
        handed_in(database, course.anna, hours)
        handed_in(database, course.ben, hours)
    asked = []

    with database.read() as session:
        assignment = session.get_one(AssignmentRow, ASSIGNMENT)
        event.listen(database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
        list_student_results(session, assignment, Counts.BEST)

    assert len(asked) == 3
    assert not any("document" in statement for statement in asked)


def test_a_history_has_everything_newest_first(database, course):
    """One student's submissions, each with the numbers of its report, if there is one."""
    first = handed_in(database, course.anna, 3, score=2.0)
    regrade(database, first, score=2.5, points={"adding": 2.5})
    keep(database, course.ben, 2)
    waiting = keep(database, course.anna, 1)

    with database.read() as session:
        newest, oldest = list_history(session, course.anna, session.get_one(AssignmentRow, ASSIGNMENT))

    assert (newest.submission_id, newest.state, newest.earned) == (waiting, State.QUEUED, None)
    assert (oldest.submission_id, oldest.state) == (first, State.GRADED)
    assert oldest.earned == Totals(2.5, 5, 0.0, 4)
    assert newest.received_at > oldest.received_at


def test_an_unjudged_problem_leaves_the_bonus_unknown_in_a_history(database, course):
    """The list shows no sum that counts an unjudged problem as 0, as reports of earlier releases have it."""
    handed_in(database, course.anna, 3, score=2.0)
    with database.write() as session:
        session.execute(update(ReportRow).values(points={"adding": 2.0, "drawing": None}))

    with database.read() as session:
        (only,) = list_history(session, course.anna, session.get_one(AssignmentRow, ASSIGNMENT))

    assert (only.attempt, only.earned) == (1, Totals(2.0, 5, None, 4))


@pytest.mark.parametrize("counts", Counts)
def test_a_late_submission_never_displaces_one_in_time(database, course, counts):
    """A submission in time counts before all late ones, however good and new they are."""
    handed_in(database, course.anna, 5, score=1.0)
    in_time = handed_in(database, course.anna, 4, score=2.0)
    with database.write() as session:
        session.get_one(AssignmentRow, ASSIGNMENT).due_at = now(session) - timedelta(hours=3)

    handed_in(database, course.anna, 1, score=5.0)

    assert standing_of(database, "anna@example.edu", counts).counted.submission_id == in_time
