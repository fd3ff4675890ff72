"""The pages in every state of a submission: waiting, graded, ended without a verdict."""

import re
from contextlib import closing
from datetime import timedelta

import pytest

from grader.core.reading import from_document
from grader.store import open_database
from grader.store.attempts import publish, start_regrade, take
from grader.store.database import now
from grader.store.states import Priority
from grader.store.student_results import list_history
from grader.store.submissions import accept
from grader.store.tables import AssignmentRow, UserRow
from grader.store.verdict import verdict_of
from grader.web.pages import assignment_page
from tests.grader.support import gallery
from tests.grader.support.api import make_service
from tests.grader.support.course import ASSIGNMENT, hand_in, of_the_suite, upload
from tests.grader.support.page import Page
from tests.grader.support.reports import RUBRIC, report

STATES = {
    "queued": ["1 of 1 in the queue", "No worker can grade now.", "Cancel this submission"],
    "grading": ["Grading starts", "You can close this page"],
    "tests": ["The tests are running", "4 of 6 tests done, 3 passed", "First part", "Bonus 1 / 2"],
    "stage": ["2 of 5 points. Only the long tests are left"],
    "training": ["The other tests are done: 2 of 5 points", "First part: epoch 3 of 3", "Loss", "loss"],
    "regraded": ["in the queue", "The earlier verdict counts until then", "Grading starts again"],
    "graded": ["2.50 / 5 points", "Next step: Addition", "Handout, section 2.1", "[[1. 2.] [3. 9.]]"],
    "flawless": ["5 / 5 points", "All 5 points No test of the parts was lost."],
    "not gradable": ["The submission could not be loaded", "shapes (3,1) and (3,) do not match"],
    "grader error": [
        "Grading failed on our side. No attempt used.",
        "Your best score stays 5 / 5",
        "Hand in again",
    ],
    "superseded": ["Superseded by a newer submission", "No attempt used", "Open submission 12"],
    "cancelled": ["Cancelled before it was graded", "No attempt used", "Hand in again"],
}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Return API and pages with a submission of each state, which no test changes."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('pages')}/grader.db")
    yield make_service(opened, hourly_limit=None, supersede=False)
    opened.close()


@pytest.fixture(scope="module")
def exhibits(service):
    """Return the ids of anna's submissions by the state that they show."""
    return gallery.fill(service.database, service.queue, service.course.anna, RUBRIC)


@pytest.fixture(scope="module")
def anna(service):
    """Return a student's browser."""
    return service.browser("anna")


def read(browser, path, status=200):
    """Return a page, after looking that it has the status."""
    answer = browser.get(path)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


def test_every_state_is_shown():
    """The list of this file is complete: each exhibit of the gallery is looked at."""
    assert STATES.keys() == gallery.EXHIBITS.keys()


@pytest.mark.parametrize("state", STATES)
def test_a_state_says_what_it_is(anna, exhibits, state):
    """Each state of a submission is in words on the page, and in its title."""
    page = read(anna, f"/submissions/{exhibits[state]}")

    for words in STATES[state]:
        assert words in page.words
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert "Submission " in page.words[:40]


@pytest.mark.parametrize("state", gallery.EXHIBITS)
def test_a_page_without_scripts_reloads_while_something_is_to_come(anna, exhibits, state):
    """A page that waits loads itself again, and one that is done never does."""
    page = anna.get(f"/submissions/{exhibits[state]}").text

    waits = state in {"queued", "grading", "tests", "stage", "training", "regraded"}
    assert ('<noscript><meta http-equiv="refresh"' in page) is waits
    assert ("sse-connect" in page) is waits


def test_only_staff_read_why_we_failed(service, anna, exhibits):
    """A student reads that it does not count; staff read the reason, and may have it graded again."""
    path = f"/submissions/{exhibits['grader error']}"

    seen, by_staff = read(anna, path), read(service.browser("teacher"), path)

    assert gallery.WHY_WE_FAILED not in seen.words
    assert gallery.WHY_WE_FAILED in by_staff.words
    assert "Reason to grade again" in by_staff.words


def test_only_staff_read_integrity_notes(service, anna, exhibits):
    """The note is on the page of staff, and in no form of the report that a student can get."""
    path = f"/submissions/{exhibits['graded']}"
    forms = [anna.get(f"/api/v1{path}/report?as={form}").text for form in ("json", "text", "html")]

    by_staff = read(service.browser("teacher"), path)

    assert f"Integrity note {gallery.FOR_STAFF}" in by_staff.words
    assert all("hello" in form or "2.5" in form for form in forms)
    assert not [text for text in (*forms, anna.get(path).text) if gallery.FOR_STAFF in text]


def test_staff_see_the_students_page_and_whose_it_is(service, anna, exhibits):
    """The report of staff is that of the student, with the name, and without a way to hand in for them."""
    path = f"/submissions/{exhibits['graded']}"

    seen, by_staff = read(anna, path), read(service.browser("teacher"), path)

    assert "anna@example.edu · Received" in by_staff.words
    assert "For staff" in by_staff.words
    assert "Hand in again" not in by_staff.words
    assert "For staff" not in seen.words
    for words in STATES["graded"]:
        assert words in by_staff.words


def test_a_report_is_rendered_once_for_each_reader(service, anna, exhibits):
    """The page of a report has an ETag: its reader gets 304 with it, and staff get a page of their own."""
    path = f"/submissions/{exhibits['flawless']}"
    teacher = service.browser("teacher")

    first = anna.get(path)
    again = anna.get(path, headers={"If-None-Match": first.headers["etag"]})
    by_staff = teacher.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.text) == (304, "")
    assert again.headers["content-security-policy"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert (by_staff.status_code, "For staff" in by_staff.text) == (200, True)
    assert service.browser().get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 303


def test_a_report_page_follows_what_changes(tmp_path):
    """A regrade, a later submission, another name and a moved deadline each make another page."""
    with closing(open_database(f"sqlite:///{tmp_path}/grader.db")) as database:
        service = make_service(database, hourly_limit=None)
        browser, anna = service.browser("anna"), service.course.anna
        first = hand_in(database, service.queue, anna)
        with database.write() as session:
            publish(session, take(session, first.id, "test"), of_the_suite(session, verdict_of(report())))
        etags = [browser.get(f"/submissions/{first.id}").headers["etag"]]

        def regrade(session):
            start_regrade(session, first.id, Priority.BULK)
            publish(session, take(session, first.id, "test"), of_the_suite(session, verdict_of(report())))

        def hand_in_again(session):
            accept(session, upload(anna, b"other"))

        def rename(session):
            session.get_one(UserRow, anna).name = "Anna B."

        def move_deadline(session):
            session.get_one(AssignmentRow, ASSIGNMENT).due_at = now(session)

        for change in (regrade, hand_in_again, rename, move_deadline):
            with database.write() as session:
                change(session)
            etags.append(browser.get(f"/submissions/{first.id}").headers["etag"])

    assert len(set(etags)) == len(etags)


@pytest.mark.usefixtures("exhibits")
def test_an_assignment_reads_its_reports_once(anna, monkeypatch):
    """The second request for an assignment reads no report, and a browser that has the page gets 304."""
    read_reports = []
    monkeypatch.setattr(
        assignment_page, "from_document", lambda document: read_reports.append(1) or from_document(document)
    )

    first = anna.get("/assignments/sums?fresh")
    begun = len(read_reports)
    second = anna.get("/assignments/sums?fresh")
    known = anna.get("/assignments/sums?fresh", headers={"If-None-Match": first.headers["etag"]})

    assert begun == 2
    assert second.text == first.text
    assert (known.status_code, len(read_reports)) == (304, begun)


def test_an_assignment_page_follows_what_changes(tmp_path):
    """A submission, its verdict, a new title, a deadline, the last day before it and its end: other pages."""
    with closing(open_database(f"sqlite:///{tmp_path}/grader.db")) as database:
        service = make_service(database, hourly_limit=None)
        browser, anna = service.browser("anna"), service.course.anna

        def submit(session):
            accept(session, upload(anna))

        def grade(session):
            first = list_history(session, anna, session.get_one(AssignmentRow, ASSIGNMENT))[0].submission_id
            publish(session, take(session, first, "test"), of_the_suite(session, verdict_of(report())))

        def rename(session):
            session.get_one(AssignmentRow, ASSIGNMENT).title = "More sums"

        def move_deadline(hours):
            def move(session):
                row = session.get_one(AssignmentRow, ASSIGNMENT)
                row.due_at = now(session) + timedelta(hours=hours)

            return move

        shown = [browser.get("/assignments/sums").text]
        for change in (submit, grade, rename, move_deadline(90), move_deadline(18.5), move_deadline(-1)):
            with database.write() as session:
                change(session)
            shown.append(browser.get("/assignments/sums").text)

    assert len(set(shown)) == len(shown)
    assert "Due in 18 h" in shown[-2]
    assert "The deadline has passed" in shown[-1]


def test_an_assignment_lists_what_was_handed_in(anna, exhibits):
    """The assignment's page has every submission, newest first, the scores, and a chart of them."""
    page = read(anna, "/assignments/sums")

    numbers = re.findall(r"Submission (\d+) 20", page.words)
    assert numbers == [str(number) for number in range(len(exhibits), 0, -1)]
    assert "5 / 5, best of 12" in page.words
    assert "Latest 2.50 / 5" in page.words
    assert "Next step: Addition" in page.words
    assert "Score by submission" in page.words
    assert page.attributes("points", "polyline")


def test_the_first_page_leads_to_what_there_is_to_do(service, anna):
    """A student sees assignments with scores and attempts; staff get links to the class."""
    mine, of_staff = read(anna, "/"), read(service.browser("teacher"), "/")

    assert "/assignments/sums" in mine.attributes("href", "a")
    assert "5 / 5 best of 12 submissions" in mine.words
    assert "left this hour" not in mine.words
    assert "/assignments/sums/overview" in of_staff.attributes("href", "a")
    assert "best of" not in of_staff.words


def test_a_comparison_says_which_tests_changed(anna, exhibits):
    """The older submission comes first in any order of the address; equal outcomes are not listed."""
    one, other = exhibits["graded"], exhibits["flawless"]

    page = read(anna, f"/compare?a={one}&b={other}")
    swapped = read(anna, f"/compare?a={other}&b={one}")
    same = read(anna, f"/compare?a={one}&b={one}")

    assert "From submission 1 to 3" in page.words
    assert "[x] failed → then [check] passed Numbers add up as they should. test_1" in page.words
    assert "test_0" not in page.words.partition("Subtraction")[0]
    assert page.words == swapped.words
    assert "No test has another outcome" in same.words


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("a={graded}&b={queued}", 409, "One of the two has no report"),
        ("a={graded}", 422, "query.b"),
        ("a={graded}&b=nothing", 404, "no such submission"),
    ],
)
def test_what_cannot_be_compared(anna, exhibits, query, status, words):
    """A choice without two reports gets an error page."""
    assert words in read(anna, f"/compare?{query.format(**exhibits)}", status).words


def test_the_stream_says_at_once_when_all_is_over(anna, exhibits):
    """The stream of a finished submission says that it is over, and ends."""
    answer = anna.get(f"/submissions/{exhibits['graded']}/live")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "event: over\ndata: \n\n"


@pytest.mark.parametrize("path", ["/nowhere", "/assignments/other", "/submissions/1", "/static/secret"])
def test_what_is_not_there_is_a_page(anna, path):
    """404 is a page that leads back, with the same frame as all others."""
    page = read(anna, path, 404)

    assert "Page not found" in page.words
    assert "/" in page.attributes("href", "a")
