"""The store's contract, on SQLite and on PostgreSQL."""

from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from grader.core.role import Role
from grader.store import open_database
from grader.store.admission import histories
from grader.store.attempts import fail, hand_back, publish, start_regrade, take
from grader.store.audit_log import AuditFilter, entries, record
from grader.store.columns import StoredRow
from grader.store.database import now
from grader.store.events import add_event_if_current, events_since
from grader.store.sign_ins import find_signed_in, issue_link, sign_in_by_link
from grader.store.states import Priority, State
from grader.store.submissions import (
    MAX_ATTEMPTS,
    Basis,
    SubmissionFilter,
    accept,
    accept_all,
    cancel,
    newest_report,
    page,
    supersede,
)
from grader.store.tables import ArchiveRow, SubmissionRow, TokenRow, UserRow
from grader.store.tokens import (
    bearer,
    issue_token,
    note_uses,
    public_half,
    revoke_token,
    tokens_of,
    verify_token,
)
from grader.store.users import Person, add_user, normal_email
from tests.grader.support.course import COURSE, make_course, signed_in, upload, verdict


@pytest.fixture
def course(database):
    """Return a course without limits."""
    return make_course(database, hourly_limit=None)


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


def test_migrations_make_the_tables_that_the_code_knows(database):
    """A database made by migrations differs in nothing from the tables that are declared."""
    with database.engine.connect() as connection:
        own = {table.name for table in StoredRow.metadata.sorted_tables}
        options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in own}

        differences = compare_metadata(
            MigrationContext.configure(connection, opts=options), StoredRow.metadata
        )

    assert differences == []


def test_opening_again_keeps_everything(database, database_url, course):
    """A second start finds the rows of the first one."""
    submission = keep(database, course.anna, b"work")

    again = open_database(database_url)

    assert state_of(again, submission) is State.QUEUED
    again.close()


def test_an_error_undoes_the_whole_transaction(database, course):
    """Archive and submission are kept together or not at all."""
    with pytest.raises(LookupError):
        keep_and_fail(database, course.anna)

    with database.read() as session:
        assert session.get(ArchiveRow, upload(course.anna, b"work").sha256) is None
        assert page(session, SubmissionFilter(), 10) == []


def keep_and_fail(database, user_id):
    """Accept an upload, and let the transaction end in an error."""
    with database.write() as session:
        accept(session, upload(user_id, b"work"))
        raise LookupError


def test_the_same_bytes_are_kept_once(database, course):
    """Two submissions of the same bytes share an archive."""
    one, two = keep(database, course.anna, b"work"), keep(database, course.ben, b"work")

    assert one.id != two.id
    assert one.archive_sha256 == two.archive_sha256
    assert begin(database, two).content == b"work"


def test_moments_keep_their_zone(database, course):
    """A moment is read as it was written, in UTC."""
    submission = keep(database, course.anna)

    with database.read() as session:
        received = session.get_one(SubmissionRow, submission.id).received_at

    assert received.utcoffset() == timedelta(0)
    assert received == submission.received_at


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


def test_a_token_opens_until_it_is_revoked(database, course):
    """The token as it was shown is right; another secret is not; neither is it after it was revoked."""
    with database.write() as session:
        token = issue_token(session, course.anna, "laptop")
    with database.write() as session:
        right, wrong = verify_token(session, token), verify_token(session, token + "x")
        revoked = revoke_token(session, public_half(token))

    with database.read() as session:
        assert (right.user_id, wrong, revoked) == (course.anna, None, True)
        assert verify_token(session, token) is None
        assert [each.label for each in tokens_of(session, course.anna)] == ["laptop"]


def test_a_token_ends(database, course):
    """A token whose time is over opens nothing."""
    with database.write() as session:
        token = issue_token(session, course.anna, "", timedelta(seconds=-1))

        assert verify_token(session, token) is None


def test_whose_token_it_is(database, course):
    """A valid token gives its person at once, and whether to record its use; others give nothing."""
    with database.write() as session:
        token, over = issue_token(session, course.ben, ""), issue_token(session, course.ben, "", timedelta(0))
        nobody = issue_token(session, add_user(session, "new@example.edu").id, "")

    with database.read() as session:
        first, wrong, late = (bearer(session, each) for each in (token, f"{token}x", over))
        without_course = bearer(session, nobody)
    with database.write() as session:
        note_uses(session, [first.token_id])
        second = bearer(session, token)

    assert (first.person.roles, first.use_is_due, second.use_is_due) == ({COURSE: Role.STUDENT}, True, False)
    assert (wrong, late) == (None, None)
    assert without_course.person.roles == {}


def test_no_secret_is_kept(database, course):
    """The table of tokens holds nothing with which one could sign in."""
    with database.write() as session:
        token = issue_token(session, course.anna, "")
        row = session.get_one(TokenRow, public_half(token))

        assert token.partition(".")[2] not in str(vars(row))


@pytest.mark.parametrize("verb", ["UPDATE audit SET actor = 'me'", "DELETE FROM audit"])
def test_the_audit_cannot_be_rewritten(database, verb):
    """The database itself refuses to change or delete audit entries."""
    with database.write() as session:
        record(session, "teacher@example.edu", "regrade", "abc", course=COURSE, reason="fixed test", count=2)

    with pytest.raises(DBAPIError, match="only added"), database.write() as session:
        session.execute(text(verb))

    with database.read() as session:
        assert [(each.actor, each.details) for each in entries(session)] == [
            ("teacher@example.edu", {"count": 2})
        ]


def test_the_audit_is_filtered_and_paged(database):
    """Entries are found by course, actor, action and subject, newest first, before a given one."""
    with database.write() as session:
        for number, course in enumerate([COURSE, "spring", COURSE, None]):
            actor = f"{'ida' if number % 2 else 'tess'}@example.edu"
            record(session, actor, "regrade" if number else "cancel", f"s{number}", course=course)

    def found(**wanted):
        with database.read() as session:
            return [each.subject for each in entries(session, AuditFilter(**wanted), 10)]

    with database.read() as session:
        third = entries(session, limit=2)[-1].id
    assert found() == ["s3", "s2", "s1", "s0"]
    assert found(courses=[COURSE]) == ["s2", "s0"]
    assert found(courses=[COURSE], action="cancel") == ["s0"]
    assert found(actor="ida@example.edu") == ["s3", "s1"]
    assert found(subject="s1") == ["s1"]
    assert found(before=third) == ["s1", "s0"]


def test_who_somebody_is(database, course):
    """A person has a role in each course; a disabled account is nobody."""
    with database.write() as session:
        known = signed_in(session, course.teacher)
        token = issue_token(session, course.anna, "")
        before = bearer(session, token).person
        cookie = sign_in_by_link(session, issue_link(session, course.anna))
        session.get_one(UserRow, course.anna).disabled_at = now(session)

    with database.read() as session:
        assert before == Person(course.anna, "anna@example.edu", "", {COURSE: Role.STUDENT})
        assert bearer(session, token) is None
        assert known.roles == {COURSE: Role.INSTRUCTOR}
        assert known.staff_courses == (COURSE,)
        assert find_signed_in(session, cookie) is None


def test_an_address_is_one_person_however_it_is_written(database):
    """Case and blanks do not make another user; an invalid address is refused."""
    with database.write() as session:
        assert add_user(session, " Anna@Example.edu").id == add_user(session, "anna@example.edu").id
    with pytest.raises(ValueError, match="no e-mail address"):
        normal_email("anna")


def test_sqlite_is_durable(tmp_path):
    """SQLite runs with a write-ahead log, flushed at each commit, and holds foreign keys to their word."""
    database = open_database(f"sqlite:///{tmp_path}/grader.db")

    with database.read() as session:
        found = [
            session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    database.close()
    assert found == ["wal", 2, 1]


def test_an_sqlite_file_is_its_owners_alone(tmp_path):
    """No other user of the machine can read submissions."""
    open_database(f"sqlite:///{tmp_path}/grader.db").close()

    assert (tmp_path / "grader.db").stat().st_mode & 0o777 == 0o600
