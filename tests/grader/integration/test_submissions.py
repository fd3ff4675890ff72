"""Submissions in the store: their order, attempts, verdicts and events, on both databases."""

import pytest
from sqlalchemy.exc import DBAPIError

from grader.store.admission import histories
from grader.store.attempts import fail, hand_back, publish, start_regrade, take
from grader.store.events import add_event_if_current, events_since
from grader.store.states import Priority, State
from grader.store.submissions import (
    MAX_ATTEMPTS,
    Basis,
    SubmissionFilter,
    accept_all,
    cancel,
    newest_report,
    page,
    supersede,
)
from grader.store.tables import SubmissionRow
from tests.grader.support.course import upload, verdict
from tests.grader.support.submissions import begin, keep, state_of


def test_a_first_try_is_served_before_a_second(database, course):
    """The first submission of a student has a higher priority than the ones after it."""
    assert keep(database, course.anna).priority == Priority.INTERACTIVE
    assert keep(database, course.anna).priority == Priority.RESUBMISSION
    assert keep(database, course.ben).priority == Priority.INTERACTIVE


def test_an_idempotency_key_belongs_to_one_student(database, course):
    """The same key from another student is another key; from the same student it cannot be kept twice."""
    keep(database, course.anna, idempotency_key="k")
    keep(database, course.ben, idempotency_key="k")

    with pytest.raises(DBAPIError):
        keep(database, course.anna, idempotency_key="k")


def test_a_verdict_is_published_once(database, course):
    """Publishing ends the submission; the same attempt cannot publish again."""
    submission = keep(database, course.anna)
    job = begin(database, submission)

    with database.write() as session:
        first, second = publish(session, job, verdict()), publish(session, job, verdict(score=5.0))

    with database.read() as session:
        assert (first, second) == (True, False)
        assert newest_report(session, job.submission_id).score == 3
    assert state_of(database, submission) is State.GRADED


def test_a_worker_that_wakes_late_is_fenced_off(database, course):
    """Once another attempt began, the first can neither publish, fail, hand back nor add events."""
    submission = keep(database, course.anna)
    late = begin(database, submission)
    current = begin(database, submission)

    with database.write() as session:
        told = add_event_if_current(session, submission.id, late.attempt, "tests", {})
        late_changes = [publish(session, late, verdict()), fail(session, late, ""), hand_back(session, late)]
        published = publish(session, current, verdict())

    assert (told, late_changes, published) == (False, [False, None, False], True)


def test_three_strikes(database, course):
    """Three failures end in grader_error, with the reason for staff and no report."""
    submission = keep(database, course.anna)
    states = []
    for _ in range(MAX_ATTEMPTS):
        job = begin(database, submission)
        with database.write() as session:
            states.append(fail(session, job, "the suite broke"))

    with database.read() as session:
        kept = session.get_one(SubmissionRow, submission.id)
        assert states == [State.QUEUED, State.QUEUED, State.GRADER_ERROR]
        assert "the suite broke" in kept.reason
        assert newest_report(session, submission.id) is None
        events = [event.data for event in events_since(session, submission.id, 0)]
        assert not any("the suite broke" in str(event) for event in events)


def test_a_submission_that_kills_its_worker_each_time_is_given_up(database, course):
    """Three attempts that never came back leave nothing to take: grader_error."""
    submission = keep(database, course.anna)
    jobs = [begin(database, submission) for _ in range(MAX_ATTEMPTS)]

    fourth = begin(database, submission)

    assert [job.attempt for job in jobs] == [1, 2, 3]
    assert fourth is None
    assert state_of(database, submission) is State.GRADER_ERROR


def test_an_attempt_that_is_handed_back_is_not_spent(database, course):
    """A worker that stops returns its submission with all attempts left."""
    submission = keep(database, course.anna)
    for _ in range(MAX_ATTEMPTS):
        job = begin(database, submission)
        with database.write() as session:
            assert hand_back(session, job)

    assert begin(database, submission) is not None


def test_a_regrade_begins_anew(database, course):
    """A finished submission is queued again with all attempts; the newest report counts."""
    submission = keep(database, course.anna)
    job = begin(database, submission)
    with database.write() as session:
        publish(session, job, verdict())
        start_regrade(session, submission.id, Priority.BULK)
    again = begin(database, submission)

    with database.write() as session:
        publish(session, again, verdict(score=5.0))

    with database.read() as session:
        assert newest_report(session, submission.id).score == 5
        assert session.get_one(SubmissionRow, submission.id).attempt_limit == 1 + MAX_ATTEMPTS


def test_only_what_is_queued_can_be_cancelled(database, course):
    """A queued submission is cancelled and never taken; one that is being graded goes on."""
    queued, grading = keep(database, course.anna), keep(database, course.anna)
    begin(database, grading)

    with database.write() as session:
        cancelled = [cancel(session, queued.id), cancel(session, grading.id)]

    assert cancelled == [True, False]
    assert begin(database, queued) is None
    assert state_of(database, queued) is State.CANCELLED


def test_the_newest_takes_the_place_of_older_queued_ones(database, course):
    """Only a waiting submission of the same student is superseded."""
    grading, old, other = (
        keep(database, course.anna),
        keep(database, course.anna),
        keep(database, course.ben),
    )
    begin(database, grading)
    newest = keep(database, course.anna)

    with database.write() as session:
        replaced = [each.id for each in supersede(session, newest)]

    states = [state_of(database, each) for each in (grading, old, other, newest)]
    assert replaced == [old.id]
    assert states == [State.GRADING, State.SUPERSEDED, State.QUEUED, State.QUEUED]


def test_uploads_of_one_transaction_keep_their_order(database, course):
    """Many submissions of one transaction keep their order, and each has its state event."""
    together = [(upload(course.anna, bytes([n])), Priority.INTERACTIVE) for n in range(5)]

    with database.write() as session:
        made = [each.id for each in accept_all(session, together)]
        nothing = accept_all(session, [])

    with database.read() as session:
        assert [each.id for each in page(session, SubmissionFilter(), 10)] == made[::-1]
        assert [len(events_since(session, each, 0)) for each in made] == [1] * 5
    assert nothing == []


def test_the_history_of_students(database, course):
    """The history of a student is newest first, each with the basis of its verdict; others' are missing."""
    graded = keep(database, course.anna, b"one", idempotency_key="k")
    newer, _other = keep(database, course.anna, b"two"), keep(database, course.ben, b"one")
    job = begin(database, graded)
    with database.write() as session:
        publish(session, job, verdict())

    with database.write() as session:
        found = histories(session, [course.anna, course.teacher])

    past = found[course.anna]
    assert [(each.id, each.state, each.basis) for each in past] == [
        (newer.id, State.QUEUED, None),
        (graded.id, State.GRADED, Basis("s" * 64, "r" * 64)),
    ]
    assert (past[1].sha256, past[1].idempotency_key) == (graded.archive_sha256, "k")
    assert past[1].received_at == graded.received_at
    assert not found[course.teacher]


def test_a_failed_attempt_since_takes_the_basis_away(database, course):
    """While a submission is graded again, a repeat may not use its older verdict."""
    submission = keep(database, course.anna)
    with database.write() as session:
        publish(session, take(session, submission.id, "w"), verdict())
        start_regrade(session, submission.id, Priority.BULK)
        take(session, submission.id, "w")

    with database.write() as session:
        assert histories(session, [course.anna])[course.anna][0].basis is None


def test_pages_of_submissions_meet_without_gap(database, course):
    """Page by page, each submission comes once, newest first."""
    kept = [keep(database, course.anna) for _ in range(5)]
    seen, before = [], None
    with database.read() as session:
        while rows := page(session, SubmissionFilter(user_id=course.anna, before=before), 2):
            seen += [row.id for row in rows]
            before = (rows[-1].received_at, rows[-1].id)

    assert seen == [each.id for each in reversed(kept)]


def test_followers_resume_where_they_were(database, course):
    """Events after a given one come in order, and none twice."""
    submission = keep(database, course.anna)
    job = begin(database, submission)
    with database.read() as session:
        last = events_since(session, submission.id, 0)[-1].id
    with database.write() as session:
        for done in (1, 2):
            assert add_event_if_current(session, submission.id, job.attempt, "tests", {"done": done})

    with database.read() as session:
        assert [event.data for event in events_since(session, submission.id, last)] == [
            {"done": 1},
            {"done": 2},
        ]
