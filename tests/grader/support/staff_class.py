"""A small class for tests of the pages of staff."""

import json
from contextlib import closing, contextmanager
from datetime import timedelta

from grader.core.report import to_document
from grader.core.role import Role
from grader.core.scoring import Outcome
from grader.store import open_database
from grader.store.attempts import fail, publish, take
from grader.store.database import now
from grader.store.submissions import MAX_ATTEMPTS, accept
from grader.store.tables import AssignmentRow
from grader.store.users import add_user, set_role
from grader.store.verdict import FailedTest
from tests.grader.support.api import make_service
from tests.grader.support.course import ASSIGNMENT, COURSE, upload, verdict
from tests.grader.support.page import Page
from tests.grader.support.reports import report

NAME = "Bartholomew Featherstonehaugh-Cholmondeley"
WRONG = FailedTest("adding", "test_a", Outcome.FAILED, "Sum the gradient.", "not_summed")
UNWRITTEN = FailedTest("taking", "test_b", Outcome.NOT_WRITTEN, "not written yet")
DOCUMENT = json.dumps(to_document(report()))
PAGES = ("overview", "matrix", "failures", "rubric", "students/{anna}")


@contextmanager
def open_class(folder):
    """Open API and pages on a store in `folder`, with two students and a third one who has a long name."""
    with closing(open_database(f"sqlite:///{folder}/grader.db")) as database:
        made = make_service(database, hourly_limit=None, supersede=False)
        with database.write() as session:
            third = add_user(session, "long@example.edu", NAME).id
            set_role(session, COURSE, third, Role.STUDENT, "B")
        object.__setattr__(made.course, "third", third)
        yield made


def made_up(losses=(), **fields):
    """Return a verdict with a document that can be read."""
    return verdict(failed_tests=losses, document=DOCUMENT, **fields)


def grade(service, user_id, *losses, hours_ago=1, **fields):
    """Keep a graded submission of a student; return its id."""
    with service.database.write() as session:
        submission = accept(session, upload(user_id))
        submission.received_at -= timedelta(hours=hours_ago)
        publish(session, take(session, submission.id, "test"), made_up(losses, **fields))
    return submission.id


def fail_grading(service, user_id):
    """Keep a submission that we failed to grade."""
    with service.database.write() as session:
        submission = accept(session, upload(user_id))
    for _ in range(MAX_ATTEMPTS):
        with service.database.write() as session:
            fail(session, take(session, submission.id, "test"), "the disk is full")


def set_due(service, hours):
    """Set the deadline so many hours from now."""
    with service.database.write() as session:
        due_at = (now(session) + timedelta(hours=hours)).replace(second=30, microsecond=0)
        session.get_one(AssignmentRow, ASSIGNMENT).due_at = due_at


def read(service, page, name="teacher"):
    """Return a page of the assignment as its staff sees it."""
    answer = service.browser(name).get(f"/assignments/{ASSIGNMENT}/{page}")
    assert answer.status_code == 200, answer.text
    return Page(answer.text)
