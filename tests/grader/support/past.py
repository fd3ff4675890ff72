"""A store with a past: submissions that were graded years ago."""

from datetime import timedelta

from sqlalchemy import select, update

from grader.store.attempts import publish, start_regrade, take
from grader.store.events import add_event
from grader.store.queue import open_queue
from grader.store.states import Priority
from grader.store.student_results import Counts, list_student_results
from grader.store.tables import (
    ArchiveRow,
    AssignmentRow,
    EventRow,
    LoginLinkRow,
    ReportRow,
    SubmissionRow,
)
from grader.store.verdict import FailedTest, Outcome
from tests.grader.support.course import hand_in, make_course, verdict

YEAR = timedelta(days=365)
LOST = (FailedTest("adding", "test_adds", Outcome.FAILED, "the number is wrong"),)


class Past:
    """A store with a small course, in which things happened two years ago."""

    def __init__(self, database):
        """Begin without submissions."""
        self.database = database
        self.course = make_course(database, hourly_limit=None)
        self.queue = open_queue(database)

    def graded(self, content, score=3.0, who="anna"):
        """Hand in, grade, and return the id."""
        made = hand_in(self.database, self.queue, getattr(self.course, who), content)
        self.grade(made.id, score)
        return made.id

    def grade(self, submission_id, score=3.0):
        """Publish a verdict with a lost test and something that happened meanwhile."""
        with self.database.write() as session:
            job = take(session, submission_id, "w")
            add_event(session, submission_id, job.attempt, "result", {"test": "test_adds"})
            publish(session, job, verdict(score=score, failed_tests=LOST))

    def again(self, submission_id, score=3.0):
        """Grade a submission once more."""
        with self.database.write() as session:
            start_regrade(session, submission_id, Priority.BULK)
        self.grade(submission_id, score)

    def age(self, by=2 * YEAR):
        """Let time pass."""
        with self.database.write() as session:
            for column in (
                ArchiveRow.created_at,
                SubmissionRow.received_at,
                SubmissionRow.finished_at,
                ReportRow.created_at,
                EventRow.at,
                LoginLinkRow.expires_at,
            ):
                rows = session.execute(select(*column.class_.__table__.primary_key, column)).all()
                for *key, moment in rows:
                    if moment is not None:
                        where = [
                            part == value
                            for part, value in zip(column.class_.__table__.primary_key, key, strict=True)
                        ]
                        session.execute(update(column.class_).where(*where).values({column: moment - by}))

    def kept(self):
        """Return which submissions have their bytes."""
        found = select(SubmissionRow.id).join(ArchiveRow).where(ArchiveRow.content != b"")
        with self.database.read() as session:
            return set(session.scalars(found))

    def count(self, table, *where):
        """Return the number of rows."""
        with self.database.read() as session:
            return len(session.scalars(select(table).where(*where)).all())

    def standing(self):
        """Return the submissions that count for each student, by either rule."""
        with self.database.read() as session:
            assignment = session.scalar(select(AssignmentRow))
            return [list_student_results(session, assignment, counts) for counts in Counts]
