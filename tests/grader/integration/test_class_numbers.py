"""The numbers of a course: failed tests, arrivals, submissions that need a person; on both databases."""

from dataclasses import replace

from grader.core.common_failures import find_common_failures
from grader.core.scoring import Outcome
from grader.store.attempts import fail, take
from grader.store.attention import find_noted, find_unstable
from grader.store.failed_tests import count_failed_tests, count_lost_tests, find_begun, list_losses
from grader.store.grader_failures import find_grader_failures
from grader.store.submissions import MAX_ATTEMPTS, arrivals, cancel
from grader.store.tables import SubmissionRow
from grader.store.verdict import FailedTest
from tests.grader.support.course import ASSIGNMENT
from tests.grader.support.graded import ALSO_WRONG, RAISED, WRONG, handed_in, keep, regrade


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
