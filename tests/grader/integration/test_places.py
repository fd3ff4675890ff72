"""Places of failed tests in the store: started once, kept once, and never in the way of the report."""

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from grader.core.place import Evidence, Place, from_places_document
from grader.core.scoring import Outcome
from grader.store.attempts import publish, take
from grader.store.places import (
    ABANDONED,
    MOST_STARTS,
    RECENT,
    abandon_trace,
    finish_trace,
    start_trace,
    stored_places,
)
from grader.store.retention import Ages, prune
from grader.store.submissions import Basis, accept, newest_report
from grader.store.tables import ArchiveRow, PlacesRow, ReportRow, SubmissionRow
from grader.store.verdict import FailedTest
from tests.grader.support.course import make_course, upload, verdict

BASIS = Basis("s" * 64, "r" * 64)
FAILED = FailedTest("adding", "test_adds", Outcome.FAILED, "a number is wrong")
RAISED = FailedTest("adding", "test_adds", Outcome.ERROR, "ValueError")
PLACES = {("TestAdding", "test_adds"): Place("engine.py", 3, 3, "add", 2, "return a", Evidence.RAN)}


@pytest.fixture
def course(database):
    """Return a course without limits."""
    return make_course(database, hourly_limit=None)


def graded(database, course, content=b"PK", **fields):
    """Return the id of a submission with a verdict; it has a failed check unless `fields` say otherwise."""
    with database.write() as session:
        submission = accept(session, upload(course.anna, content))
        publish(session, take(session, submission.id, "w"), verdict(**{"failed_tests": (FAILED,), **fields}))
    return submission.id


def start(database, basis=BASIS):
    """Start a traced run."""
    with database.write() as session:
        return start_trace(session, basis)


def finish(database, job, places):
    """End a traced run."""
    with database.write() as session:
        finish_trace(session, job, places)


def document(database, submission_id):
    """Return the stored places of a submission's first report."""
    with database.read() as session:
        return stored_places(session, submission_id, 1)


def make_old(database, table, column, age):
    """Set a time of all rows of a table back by `age`."""
    with database.write() as session:
        for row in session.scalars(select(table)):
            setattr(row, column, getattr(row, column) - age)


def test_places_are_kept_beside_the_report(database, course):
    """The report is the same text as before; its places come back as they were found."""
    submission_id = graded(database, course, document='{"a": 1}')

    job = start(database)
    finish(database, job, PLACES)

    assert (job.submission_id, job.attempt, job.content, job.document) == (
        submission_id,
        1,
        b"PK",
        '{"a": 1}',
    )
    assert from_places_document(json.loads(document(database, submission_id))) == PLACES
    with database.read() as session:
        assert newest_report(session, submission_id).document == '{"a": 1}'


def test_the_newest_report_comes_first_and_each_once(database, course):
    """A started run is not started again, and a finished one neither."""
    older, newer = graded(database, course), graded(database, course, b"PK2")

    first = start(database)
    finish(database, first, {})
    second = start(database)

    assert [first.submission_id, second.submission_id] == [newer, older]
    assert start(database) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"failed_tests": ()},
        {"failed_tests": (RAISED,)},
        {"suite_sha256": "o" * 64},
        {"rubric_sha256": "o" * 64},
    ],
)
def test_reports_that_a_traced_run_tells_nothing_about_have_none(database, course, fields):
    """Without a failed check there is nothing to find; another suite would find something else."""
    graded(database, course, **fields)

    assert start(database) is None


def test_without_the_bytes_there_is_no_run(database, course):
    """A pruned archive cannot run again."""
    graded(database, course)
    with database.write() as session:
        session.execute(update(ArchiveRow).values(content=b""))

    assert start(database) is None


def test_an_old_report_gets_no_places(database, course):
    """Nobody waits for the places of a report from before the feature."""
    graded(database, course)
    make_old(database, ReportRow, "created_at", RECENT + timedelta(minutes=1))

    assert start(database) is None


def test_only_the_report_that_counts_has_a_run(database, course):
    """The first of two reports is history."""
    submission_id = graded(database, course)
    with database.write() as session:
        row = session.get_one(SubmissionRow, submission_id)
        row.state, row.attempt_limit = "queued", 9
        session.flush()
        publish(session, take(session, submission_id, "w"), verdict(failed_tests=(FAILED,)))

    assert start(database).attempt == 2
    assert start(database) is None


def test_an_interrupted_run_is_forgotten(database, course):
    """A run that gave way to a submission starts again as if it had never begun."""
    graded(database, course)
    for _ in range(3 * MOST_STARTS):
        job = start(database)
        with database.write() as session:
            abandon_trace(session, job)

    assert start(database) is not None


def test_the_run_of_a_dead_worker_starts_again_and_is_given_up_in_the_end(database, course):
    """A submission whose traced run ends its worker each time does not end every worker for ever."""
    graded(database, course)
    for _ in range(MOST_STARTS):
        assert start(database) is not None
        assert start(database) is None
        make_old(database, PlacesRow, "started_at", ABANDONED + timedelta(seconds=1))

    assert start(database) is None


def test_places_that_are_kept_are_never_replaced(database, course):
    """A worker that was thought dead finishes after another one: the first places stay."""
    submission_id = graded(database, course)
    slow = start(database)
    make_old(database, PlacesRow, "started_at", ABANDONED + timedelta(seconds=1))
    quick = start(database)

    finish(database, quick, PLACES)
    finish(database, slow, {})
    with database.write() as session:
        abandon_trace(session, slow)

    assert from_places_document(json.loads(document(database, submission_id))) == PLACES


def test_two_workers_that_look_at_once_start_one_run(database, course):
    """Many looks at the same moment start each run once."""
    for number in range(3):
        graded(database, course, b"PK%d" % number)
    jobs, begin = [], threading.Barrier(6)

    def look():
        begin.wait()
        jobs.extend([start(database) for _ in range(3)])

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [job.submission_id for job in jobs if job]
    assert len(found) == len(set(found))


def test_retention_removes_places_with_their_report(database, course):
    """An earlier report that is pruned takes its places along."""
    submission_id = graded(database, course)
    finish(database, start(database), PLACES)
    with database.write() as session:
        row = session.get_one(SubmissionRow, submission_id)
        row.state, row.attempt_limit = "queued", 9
        session.flush()
        publish(session, take(session, submission_id, "w"), verdict())

    prune(database, Ages(None, None, timedelta(0)))

    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(PlacesRow)) == 0
        assert session.scalar(select(func.count()).select_from(ReportRow)) == 1
