"""The page of a comparison: the diff of the kept archives, without them, for staff, and by a form."""

from contextlib import closing

import pytest
from sqlalchemy import select, update

from grader.core.scoring import Outcome
from grader.store import open_database
from grader.store.attempts import publish, take
from grader.store.retention import PRUNED
from grader.store.states import Priority
from grader.store.submissions import accept
from grader.store.tables import ArchiveRow, AuditRow, SubmissionRow
from grader.store.verdict import verdict_of
from grader.web.pages.compare_page import DELETED, UNREADABLE
from tests.grader.support import gallery
from tests.grader.support.api import make_service, zipped
from tests.grader.support.course import of_the_suite, upload_of
from tests.grader.support.page import Page
from tests.grader.support.reports import RUBRIC

RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT OVERRIDE}"
HOSTILE = f"<img src=x onerror=alert(1)>{RIGHT_TO_LEFT}"
RAISED = 'ValueError: no\n  File "engine.py", line 1, in add\n    return a'


@pytest.fixture
def service(tmp_path):
    """Return API and pages on an empty store."""
    with closing(open_database(f"sqlite:///{tmp_path}/grader.db")) as database:
        yield make_service(database, hourly_limit=None, supersede=False)


def graded(service, content, outcome, message=""):
    """Return the id of a submission of anna's with these bytes, whose every test ended like this."""
    made_up = gallery.made_up(RUBRIC, outcomes=[outcome], files=("engine.py",))
    verdict = verdict_of(gallery.with_message(made_up, message))
    with service.database.write() as session:
        made = accept(session, upload_of(service.course.anna, content))
        service.queue.enqueue(session, [made.id], Priority.INTERACTIVE)
        publish(session, take(session, made.id, "test"), of_the_suite(session, verdict))
    return made.id


@pytest.fixture
def two(service):
    """Return the ids of two submissions: the second one breaks what passed, at the line that it wrote."""
    before = zipped(**{"nn.py": "y = 1\n", "old.py": "a\n"})
    engine = f"x = '{HOSTILE}'\n"
    after = zipped(**{"engine.py": engine, "nn.py": "y = 1\n", "new.py": "z = 1\n", "raw.bin": "\0"})
    return graded(service, before, Outcome.PASSED), graded(service, after, Outcome.ERROR, RAISED)


def show(browser, one, other):
    """Return the page of a comparison."""
    answer = browser.get(f"/compare?a={one}&b={other}")
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def test_the_diff_of_the_code(service, two):
    """Changed, new, removed and binary files are there, and equal ones are folded."""
    page = show(service.browser("anna"), *two)

    assert "From submission 1 to 2" in page.words
    assert "engine.py +1 -1" in page.words
    assert "new.py new +1" in page.words
    assert "old.py removed -1" in page.words
    assert "raw.bin new Not text in UTF-8" in page.words
    assert "2 files without a change nn.py tests/adapters.py" in page.words


def test_hostile_code_is_only_text(service, two):
    """Markup and bidi marks in a student's lines reach no reader."""
    answer = service.browser("anna").get(f"/compare?a={two[0]}&b={two[1]}")

    assert "&lt;img src=x onerror=alert(1)&gt;" in answer.text
    assert "<img" not in answer.text
    assert RIGHT_TO_LEFT not in answer.text


def test_what_no_longer_passes_comes_first_and_is_joined_to_its_line(service, two):
    """Lost tests are the first of the changes; a traceback that ends at a new line joins both."""
    page = show(service.browser("anna"), *two)

    assert "Tests that changed No longer passes Addition" in page.words
    assert "Line 1, which this change wrote, raises the error of 6 tests that passed before" in page.words


def test_the_way_back_is_an_improvement(service):
    """Tests that pass now are no losses, and no line is blamed for them."""
    one = graded(service, zipped(x="1"), Outcome.ERROR, RAISED)
    other = graded(service, zipped(x="2"), Outcome.PASSED)

    page = show(service.browser("anna"), one, other)

    assert "6 tests now pass, 0 no longer do" in page.words
    assert "No longer passes" not in page.words
    assert "which this change wrote" not in page.words


def test_without_an_archive_the_reports_are_compared(service, two):
    """When retention removed an archive, the page says so and shows points and tests as before."""
    browser = service.browser("anna")
    assert "engine.py" in show(browser, *two).words
    with service.database.write() as session:
        used = select(SubmissionRow.archive_sha256).where(SubmissionRow.id == two[0])
        session.execute(update(ArchiveRow).where(ArchiveRow.sha256.in_(used)).values(content=PRUNED))

    page = show(browser, *two)

    assert f"The archive of submission 1 {DELETED}. The reports are kept." in page.words
    assert "engine.py" not in page.words
    assert "No longer passes" in page.words


def test_an_archive_that_cannot_be_read(service):
    """An archive that this release refuses is named, and the reports are compared."""
    one = graded(service, b"no zip", Outcome.PASSED)
    other = graded(service, zipped(), Outcome.PASSED)

    page = show(service.browser("anna"), one, other)

    assert f"The archive of submission 1 {UNREADABLE}. The reports are kept." in page.words


def test_any_pair_is_chosen_by_a_form(service, two):
    """Two selects offer each submission with a report, without any script."""
    third = graded(service, zipped(x="3"), Outcome.FAILED)

    page = show(service.browser("anna"), *two)

    assert page.attributes("action", "form")[-1] == "/compare"
    assert page.attributes("name", "select") == ["a", "b"]
    assert page.attributes("value", "option") == [*two, third] * 2
    chosen = [each["value"] for tag, each in page.tags if tag == "option" and "selected" in each]
    assert chosen == list(two)


def test_a_comparison_is_rendered_once(service, two):
    """The page has an ETag; a new submission makes another page, whose form offers it."""
    browser, path = service.browser("anna"), f"/compare?a={two[0]}&b={two[1]}"
    first = browser.get(path)

    again = browser.get(path, headers={"If-None-Match": first.headers["etag"]})
    graded(service, zipped(x="3"), Outcome.PASSED)

    assert again.status_code == 304
    assert browser.get(path).headers["etag"] != first.headers["etag"]


def test_staff_who_read_code_are_in_the_audit(service, two):
    """A diff shows a student's code, so the audit names who of the staff read it, and no student."""
    show(service.browser("anna"), *two)
    show(service.browser("teacher"), *two)

    with service.database.read() as session:
        rows = select(AuditRow.actor, AuditRow.subject).where(AuditRow.action == "read archive")
        found = sorted(tuple(row) for row in session.execute(rows))
    assert found == sorted(("teacher@example.edu", each) for each in two)


def test_another_students_code_is_not_found(service, two):
    """Ben, who has both addresses, reads that there is no such submission."""
    assert service.browser("ben").get(f"/compare?a={two[0]}&b={two[1]}").status_code == 404
