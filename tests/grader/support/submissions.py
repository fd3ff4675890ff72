"""The steps of a submission in the store, each in a transaction of its own."""

from grader.store.attempts import take
from grader.store.submissions import (
    accept,
)
from grader.store.tables import SubmissionRow
from tests.grader.support.course import upload


def keep(database, *arguments, **fields):
    """Accept an upload and return its submission."""
    with database.write() as session:
        return accept(session, upload(*arguments, **fields))


def begin(database, submission):
    """Begin an attempt at a submission."""
    with database.write() as session:
        return take(session, submission.id, "worker")


def state_of(database, submission):
    """Return where the submission stands."""
    with database.read() as session:
        return session.get_one(SubmissionRow, submission.id).state
