"""Submissions that are graded with made-up verdicts, for tests of a course's numbers."""

from dataclasses import replace
from datetime import timedelta

from grader.core.scoring import Outcome
from grader.store.attempts import publish, start_regrade, take
from grader.store.states import Priority
from grader.store.submissions import accept
from grader.store.verdict import FailedTest
from tests.grader.support.course import upload, verdict

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
