"""Retention: old data that no grade needs is removed, and all else stays, on both databases."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from grader.store.attempts import ArchiveGone, fail, start_regrade, take
from grader.store.database import now
from grader.store.events import STATE, add_event
from grader.store.retention import Ages, prune, spare
from grader.store.sign_ins import issue_link
from grader.store.states import Priority, State
from grader.store.submissions import accept, newest_report
from grader.store.tables import (
    ArchiveRow,
    AssignmentRow,
    EventRow,
    FailedTestRow,
    LoginLinkRow,
    ReportRow,
    SignInRow,
    SubmissionRow,
)
from tests.grader.support.api import SUBMISSIONS, make_service
from tests.grader.support.api import hand_in as hand_in_by_api
from tests.grader.support.course import hand_in, upload
from tests.grader.support.past import YEAR, Past

ALL = Ages(archives=YEAR, progress=YEAR, reports=YEAR)


@pytest.fixture
def past(database):
    """Return a store with a past."""
    return Past(database)


def test_what_may_count_stays(past):
    """The best and the latest of each student keep their bytes, and the standings stay as they were."""
    scores = {b"worst": 1, b"best": 5, b"middle": 2, b"latest": 3}
    worst, best, middle, latest = (past.graded(content, score) for content, score in scores.items())
    other = past.graded(b"other", who="ben")
    past.age()
    before = past.standing()

    prune(past.database, ALL)

    assert past.kept() == {best, latest, other}
    assert {worst, middle}.isdisjoint(past.kept())
    assert past.standing() == before
    with past.database.read() as session:
        assert all(newest_report(session, each) for each in (worst, best, middle, latest, other))


def test_what_counted_in_time_stays(past):
    """The best and the latest of those in time stay, whatever came after the deadline."""
    best, worse, middle = (past.graded(bytes([65 + n]), score) for n, score in enumerate((4, 1, 2)))
    past.age(timedelta(hours=2))
    with past.database.write() as session:
        session.execute(update(AssignmentRow).values(due_at=now(session) - timedelta(hours=1)))
    late = [past.graded(bytes([75 + n]), score) for n, score in enumerate((3, 5, 3))]
    past.age()
    with past.database.write() as session:
        due = session.scalar(select(AssignmentRow.due_at))
        session.execute(update(AssignmentRow).values(due_at=due - 2 * YEAR))

    prune(past.database, ALL)

    assert past.kept() == {best, middle, late[1], late[2]}
    assert worse not in past.kept()


def test_what_waits_or_failed_on_our_side_stays(past):
    """Bytes that are still to be graded are kept, however old they are."""
    broken = hand_in(past.database, past.queue, past.course.ben, b"broken").id
    with past.database.write() as session:
        for _ in range(3):
            state = fail(session, take(session, broken, "w"), "no sandbox")
    assert state is State.GRADER_ERROR
    waiting = hand_in(past.database, past.queue, past.course.ben, b"waiting").id
    past.graded(b"newer", who="ben")
    past.age()

    prune(past.database, ALL)

    assert {broken, waiting} <= past.kept()


def test_what_is_young_stays(past):
    """Nothing is removed within the ages of the settings."""
    for number in range(3):
        past.again(past.graded(bytes([65 + number])))
    past.age(YEAR - timedelta(days=1))

    with past.database.read() as session:
        found = spare(session, ALL)
    prune(past.database, ALL)

    assert {each.kind: each.rows for each in found} == dict.fromkeys(
        ("archives", "progress", "reports", "sign-in links", "sign-ins"), 0
    )
    assert (past.count(ReportRow), past.count(FailedTestRow), len(past.kept())) == (6, 6, 3)


def test_bytes_that_another_submission_needs_stay(past):
    """An archive is kept as long as one submission of it is young, or may count for anybody."""
    past.graded(b"same"), past.graded(b"newer")
    past.age()
    past.graded(b"same", who="ben")
    before = past.kept()

    prune(past.database, ALL)

    assert past.kept() == before


def test_earlier_reports_go_and_the_newest_stays(past):
    """Of a submission that was graded again the newest report stays, with its lost tests."""
    made = past.graded(b"one", 1)
    past.again(made, 4)
    past.again(made, 2)
    past.age()

    with past.database.read() as session:
        found = {each.kind: each.rows for each in spare(session, ALL)}
    prune(past.database, ALL)

    assert found["reports"] == 2
    assert (past.count(ReportRow), past.count(FailedTestRow)) == (1, 1)
    with past.database.read() as session:
        assert (newest_report(session, made).score, newest_report(session, made).attempt) == (2, 3)


def test_progress_goes_and_the_states_stay(past):
    """Events within a grading are removed after the submission ended; state events stay."""
    past.graded(b"one")
    waiting = hand_in(past.database, past.queue, past.course.ben, b"two").id
    with past.database.write() as session:
        add_event(session, waiting, 1, "result", {})
    states = past.count(EventRow, EventRow.kind == STATE)
    past.age()

    prune(past.database, ALL)

    assert past.count(EventRow, EventRow.kind == STATE) == states
    assert past.count(EventRow, EventRow.kind != STATE, EventRow.submission_id != waiting) == 0
    assert past.count(EventRow, EventRow.kind != STATE, EventRow.submission_id == waiting) == 1


def test_links_that_are_over_go(past):
    """A link that opens nothing any more goes, one that waits stays."""
    with past.database.write() as session:
        issue_link(session, past.course.anna)
    past.age(timedelta(days=4))
    with past.database.write() as session:
        issue_link(session, past.course.anna)

    prune(past.database, ALL)

    assert (past.count(LoginLinkRow), past.count(SignInRow)) == (1, 0)


def test_for_ever_is_for_ever(past):
    """Without an age nothing of a kind goes."""
    past.again(past.graded(b"one"))
    past.graded(b"two"), past.graded(b"three")
    past.age(100 * YEAR)
    before = past.kept(), past.count(ReportRow), past.count(EventRow)

    prune(past.database, Ages(archives=None, progress=None, reports=None))

    assert (past.kept(), past.count(ReportRow), past.count(EventRow)) == before


def test_many_archives_go_in_steps(past, monkeypatch):
    """More rows than one transaction takes go as well."""
    monkeypatch.setattr("grader.store.retention.BATCH", 2)
    for number in range(7):
        past.again(past.graded(bytes([65 + number])))
    past.age()

    prune(past.database, ALL)

    assert (len(past.kept()), past.count(ReportRow)) == (
        2,
        7,
    )  # the first of equally good ones, and the latest


def test_a_pruned_archive_is_told_and_comes_back_with_its_upload(database):
    """Who asks for pruned bytes or a regrade of them reads why not; the same upload brings them back."""
    service = make_service(database, hourly_limit=None)
    anna, teacher = service.client("anna"), service.client("teacher")
    made = hand_in_by_api(anna).json()["id"]
    service.grade(made)
    with database.write() as session:
        session.execute(update(ArchiveRow).values(content=b""))

    gone = anna.get(f"{SUBMISSIONS}/{made}/archive")
    regrade = teacher.post(f"{SUBMISSIONS}/{made}/regrade", json={"reason": "a new test"})
    again = hand_in_by_api(anna, again="yes").json()["id"]
    back = anna.get(f"{SUBMISSIONS}/{made}/archive")

    assert (gone.status_code, regrade.status_code, back.status_code) == (404, 409, 200)
    assert "was deleted to save space" in gone.json()["detail"]
    assert "Hand in the same zip again" in regrade.json()["detail"]
    assert again != made
    assert back.content.startswith(b"PK")


def test_a_regrade_of_a_pruned_archive_begins_nothing(past):
    """The submission keeps its state and its report."""
    made = past.graded(b"one")
    with past.database.write() as session:
        session.execute(update(ArchiveRow).values(content=b""))

    with past.database.write() as session, pytest.raises(ArchiveGone):
        start_regrade(session, made, Priority.BULK)

    with past.database.read() as session:
        assert session.get_one(SubmissionRow, made).state is State.GRADED


def test_an_upload_brings_pruned_bytes_back(past):
    """The same bytes handed in again are there for the earlier submission as well."""
    made = past.graded(b"one", 1)
    past.graded(b"two", 5)
    past.graded(b"three", 3)
    past.age()
    prune(past.database, ALL)
    assert made not in past.kept()

    again = hand_in(past.database, past.queue, past.course.anna, b"one").id

    assert {made, again} <= past.kept()


def needs_again(past, how, made):
    """Return a function that needs the bytes of a submission again, within a transaction."""

    def by_upload(session):
        accept(session, upload(past.course.anna, b"one"))

    def by_regrade(session):
        start_regrade(session, made, Priority.BULK)

    return {"upload": by_upload, "regrade": by_regrade}[how]


@pytest.mark.parametrize("how", ["upload", "regrade"])
def test_bytes_that_come_to_be_needed_meanwhile_stay(past, how):
    """An upload or a regrade that is not committed yet keeps the bytes from a pruning at the same time."""
    made = past.graded(b"one", 1)
    past.graded(b"two", 5)
    past.graded(b"three", 3)
    past.age()
    pruning = threading.Thread(target=prune, args=(past.database, ALL))

    with past.database.write() as session:
        needs_again(past, how, made)(session)
        pruning.start()
        pruning.join(1)  # it waits for this transaction, or has not begun
    pruning.join()

    assert made in past.kept()
