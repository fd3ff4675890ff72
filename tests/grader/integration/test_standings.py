"""The numbers of a course: student results, failed tests, arrivals, grader failures; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from grader.core.common_failures import find_common_failures
from grader.core.scoring import Outcome
from grader.store.attempts import fail, publish, start_regrade, take
from grader.store.attention import find_noted, find_unstable
from grader.store.courses import SubmissionPolicy, add_assignment
from grader.store.database import now
from grader.store.failed_tests import count_failed_tests, count_lost_tests, find_begun, list_losses
from grader.store.grader_failures import find_grader_failures
from grader.store.states import Priority, State
from grader.store.student_results import Counts, Earned, Newest, Totals, list_history, list_student_results
from grader.store.submissions import MAX_ATTEMPTS, accept, arrivals, cancel
from grader.store.tables import AssignmentRow, ReportRow, SubmissionRow
from grader.store.verdict import FailedTest
from tests.grader.support.course import ASSIGNMENT, COURSE, upload, verdict

WRONG = FailedTest("adding", "test_a", Outcome.FAILED, "the number is wrong")
ALSO_WRONG = replace(WRONG, test="test_b")
RAISED = FailedTest("taking", "test_c", Outcome.ERROR, "ValueError: no")


def keep(database, user_id, hours_ago=0):
    """Accept an upload that came so many hours ago; return its id."""
    with database.write() as session:
        submission = accept(session, upload(user_id))
        submission.received_at -= timedelta(hours=hours_ago)
    return submission.id


def grade(database, submission_id, *losses, **fields):
    """Grade a submission with a verdict that is made up."""
    with database.write() as session:
        publish(session, take(session, submission_id, "worker"), verdict(failed_tests=losses, **fields))


def handed_in(database, user_id, hours_ago, *losses, **fields):
    """Accept and grade an upload; return its id."""
    submission_id = keep(database, user_id, hours_ago)
    grade(database, submission_id, *losses, **fields)
    return submission_id


def regrade(database, submission_id, *losses, **fields):
    """Grade a submission once more."""
    with database.write() as session:
        start_regrade(session, submission_id, Priority.BULK)
    grade(database, submission_id, *losses, **fields)


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


def test_lost_tests_are_counted_once_a_submission(database, course):
    """Only the submissions that are asked for count, each by its newest report."""
    anna = handed_in(database, course.anna, 3, WRONG, RAISED)
    ben = handed_in(database, course.ben, 2, RAISED)
    handed_in(database, course.ben, 1, ALSO_WRONG)
    regrade(database, ben, WRONG)

    with database.read() as session:
        lost = count_failed_tests(session, [anna, ben])
        nothing = count_failed_tests(session, [])

    assert lost == {("adding", "test_a"): 2, ("taking", "test_c"): 1}
    assert nothing == {}


def test_the_same_failure_of_many_is_told_once(database, course):
    """Failures of one problem with one outcome and reason are one, those of most students first."""
    anna = handed_in(database, course.anna, 3, WRONG, ALSO_WRONG, RAISED)
    again = handed_in(database, course.anna, 2, RAISED)
    ben = handed_in(database, course.ben, 1, ALSO_WRONG, replace(RAISED, reason="ValueError: maybe"))

    with database.read() as session:
        found = find_common_failures(list_losses(session, dict.fromkeys([anna, again, ben], 1)), {}, {})

    assert [(each.reason, len(each.students), each.tests) for each in found] == [
        ("the number is wrong", 2, 2),
        ("ValueError: no", 2, 1),
        ("ValueError: maybe", 1, 1),
    ]
    assert (found[1].problems, found[1].outcome, found[1].cause) == (("taking",), Outcome.ERROR, "")
    assert found[1].students[0].submission_id in {anna, again}
    assert {each.submission_id for each in found[0].students} == {anna, ben}


def test_one_mistake_in_many_problems_is_told_once(database, course):
    """Losses by one recognised mistake are one failure, whatever their problem and their text."""
    one, other = (replace(each, cause="wrong_sign") for each in (WRONG, RAISED))
    anna = handed_in(database, course.anna, 2, one, other, ALSO_WRONG)
    ben = handed_in(database, course.ben, 1, other)

    with database.read() as session:
        found = find_common_failures(list_losses(session, {anna: 1, ben: 1}), {}, {})

    assert [(each.cause, len(each.students), each.tests, each.problems) for each in found] == [
        ("wrong_sign", 2, 2, ("taking", "adding")),
        ("", 1, 1, ("adding",)),
    ]


def test_code_that_is_not_written_is_no_failed_test(database, course):
    """It is in no failure and no count of a test, and a problem without other losses is not started."""
    unwritten = FailedTest("adding", "test_a", Outcome.NOT_WRITTEN, "not written yet")
    stub = FailedTest("taking", "test_c", Outcome.ERROR, "NotImplementedError: part 2")
    anna = handed_in(database, course.anna, 2, unwritten, stub)
    ben = handed_in(database, course.ben, 1, unwritten, ALSO_WRONG)

    with database.read() as session:
        failures = find_common_failures(list_losses(session, {anna: 1, ben: 1}), {}, {})
        counts = count_failed_tests(session, [anna, ben])
        begun = find_begun(session, {anna: 1, ben: 1})

    assert [(each.reason, len(each.students)) for each in failures] == [("the number is wrong", 1)]
    assert counts == {("adding", "test_b"): 1}
    assert begun == {(ben, "adding")}


def test_the_losses_of_a_report_are_those_of_its_attempt(database, course):
    """An earlier attempt has no losses, and every lost test counts, unwritten code included."""
    anna = handed_in(database, course.anna, 1, WRONG, ALSO_WRONG)
    unwritten = FailedTest("adding", "test_x", Outcome.NOT_WRITTEN, "not written yet")
    regrade(database, anna, RAISED, unwritten)

    with database.read() as session:
        losses = list_losses(session, {anna: 2})
        lost = count_lost_tests(session, {anna: 2})
        begun = find_begun(session, {anna: 2})

    assert [(each.problem, each.tests) for each in losses] == [("taking", 1)]
    assert lost == {(anna, "taking"): 1, (anna, "adding"): 1}
    assert begun == {(anna, "taking")}


def test_notes_for_staff_are_found(database, course):
    """A submission is noted by its newest report."""
    noted = handed_in(database, course.anna, 2, staff_notes="Stored answers are likely.")
    other = handed_in(database, course.ben, 1, staff_notes="Stored answers are likely.")
    regrade(database, other)

    with database.read() as session:
        assert find_noted(session, [noted, other]) == {noted}


def test_unstable_grading_is_found(database, course):
    """One suite that gives one submission two scores is unstable; another suite may differ."""
    unstable = handed_in(database, course.anna, 3, score=3.0)
    regrade(database, unstable, score=2.0)
    corrected = handed_in(database, course.ben, 2, score=3.0)
    regrade(database, corrected, score=4.0, suite_sha256="t" * 64)
    regrade(database, handed_in(database, course.ben, 1, score=3.0), score=3.0)

    with database.read() as session:
        assert find_unstable(session, ASSIGNMENT) == {unstable: course.anna}


def test_arrivals_are_all_that_came(database, course):
    """Whatever became of them, in the order of their time."""
    late, early = keep(database, course.anna, 1), keep(database, course.ben, 2)
    with database.write() as session:
        cancel(session, early)

    with database.read() as session:
        moments = arrivals(session, ASSIGNMENT)
        expected = [session.get_one(SubmissionRow, each).received_at for each in (early, late)]

    assert list(moments) == expected


def test_troubles_are_ours(database, course):
    """Grader failures come with reason and student, newest first; nothing else is listed."""
    failed = [keep(database, course.anna, 2), keep(database, course.ben, 1)]
    handed_in(database, course.ben, 0)
    for submission_id in failed:
        for _ in range(MAX_ATTEMPTS):
            with database.write() as session:
                fail(session, take(session, submission_id, "worker"), "the disk is full")

    with database.read() as session:
        newest, oldest = find_grader_failures(session, ASSIGNMENT)

    assert (newest.submission_id, newest.email) == (failed[1], "ben@example.edu")
    assert (oldest.submission_id, oldest.email) == (failed[0], "anna@example.edu")
    assert "the disk is full" in newest.reason


@pytest.mark.parametrize("counts", Counts)
def test_a_late_submission_never_displaces_one_in_time(database, course, counts):
    """A submission in time counts before all late ones, however good and new they are."""
    handed_in(database, course.anna, 5, score=1.0)
    in_time = handed_in(database, course.anna, 4, score=2.0)
    with database.write() as session:
        session.get_one(AssignmentRow, ASSIGNMENT).due_at = now(session) - timedelta(hours=3)

    handed_in(database, course.anna, 1, score=5.0)

    assert standing_of(database, "anna@example.edu", counts).counted.submission_id == in_time
