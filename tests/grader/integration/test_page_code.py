"""The page of a submission's code: its files, notes beside its lines, and whose code a person may read."""

import re
from urllib.parse import quote

import pytest

from grader.core.place import Evidence, Place
from grader.core.scoring import Outcome
from grader.store import open_database
from grader.store.attempts import publish, take
from grader.store.audit_log import AuditFilter, entries
from grader.store.places import finish_trace, start_trace
from grader.store.submissions import Basis, accept
from grader.store.verdict import verdict_of
from grader.web.pages.view import POLICY
from tests.grader.support.api import make_service, zipped
from tests.grader.support.course import of_the_suite, upload
from tests.grader.support.page import Page
from tests.grader.support.reports import report, result

ENGINE = "def add(a, b):  # sums\n    c = a - b\n    return c\n\n\ndef take(a, b):\n    return a + b\n"
RAISED = 'ValueError: no\n  File "engine.py", line 7, in take\n    return a + b\n'
RESULTS = (
    result(name="test_a", outcome=Outcome.FAILED, message="A number is wrong.", expected="3", actual="-1"),
    result(name="test_b"),
    result("TestTaking", "test_takes", Outcome.ERROR, message=RAISED),
)
PLACES = {
    ("TestAdding", "test_a"): Place("engine.py", 2, 2, "add", 1, "c = a - b", Evidence.RAN),
}
FUNCTION = {("TestAdding", "test_a"): Place("engine.py", 0, 0, "add", 1, "", Evidence.RAN)}


@pytest.fixture
def service(tmp_path):
    """Return API and pages on a store of their own."""
    opened = open_database(f"sqlite:///{tmp_path}/grader.db")
    yield make_service(opened, hourly_limit=None, supersede=False)
    opened.close()


def graded(service, places=None, results=RESULTS, **files):
    """Return the id of a graded submission of anna's, with the places of a traced run, if any."""
    content = zipped(**{"engine.py": ENGINE, **files})
    names = ("engine.py", "tests/adapters.py", *files)
    with service.database.write() as session:
        submission = accept(session, upload(service.course.anna, content))
        verdict = verdict_of(report(*results, files=names))
        publish(session, take(session, submission.id, "w"), of_the_suite(session, verdict))
    if places is not None:
        with service.database.write() as session:
            finish_trace(session, start_trace(session, Basis("s" * 64, "r" * 64)), places)
    return submission.id


def read(service, submission_id, query="", name="anna", status=200):
    """Return the code page as `name` sees it."""
    answer = service.browser(name).get(f"/submissions/{submission_id}/code{query}")
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY
    return answer.text


def item(text, number):
    """Return the source of one line of the code with its notes."""
    return re.search(rf'<li id="L{number}".*?</li>', text, re.DOTALL)[0]


def test_a_note_stands_with_its_line(service):
    """The line is marked; the note has reason, points and evidence, and leads to the report."""
    text = read(service, submission_id := graded(service, PLACES))

    assert '<li id="L2" class="hit failed">' in text
    note = Page(item(text, 2)).words
    assert "A number is wrong.: expected 3, got -1 -1.5" in note
    assert "The failing tests ran this line, and no passing test did. 1 test of Addition." in note
    assert f'href="/submissions/{submission_id}#problem-adding"' in item(text, 2)
    assert "<aside" not in item(text, 3)
    assert 'class="hit' not in item(text, 3)


def test_an_error_is_noted_without_a_traced_run(service):
    """The traceback is in the report, so its line is known at once."""
    text = read(service, graded(service))

    assert '<li id="L7" class="hit error">' in text
    assert "Your code raised the error here. 1 test of Subtraction." in Page(item(text, 7)).words


def test_a_function_has_its_note_and_no_marked_line(service):
    """Where only the function is known, the note is at its first line and says so."""
    text = read(service, graded(service, FUNCTION))

    assert "Somewhere in add:" in Page(item(text, 1)).words
    assert 'class="hit' not in item(text, 1)


def test_places_and_files_are_listed_by_cost(service):
    """Each place is a link to its line; the file has the sum."""
    page = Page(read(service, graded(service, PLACES)))

    assert "engine.py -3.5" in page.words
    assert page.words.index("engine.py, line 7 -2") < page.words.index("engine.py, line 2 -1.5")
    assert "2 places found in it" in page.words
    links = page.attributes("href", "a")
    assert any(link.endswith("/code?file=engine.py#L7") for link in links)


def test_words_of_python_are_coloured(service):
    """Keywords and comments are spans, and the text stays whole."""
    text = read(service, graded(service))

    assert '<span class="k">def</span> add(a, b):  <span class="c"># sums</span>' in item(text, 1)


def test_another_file_is_shown_when_asked_for(service):
    """Every file of the upload has a page, and no other file has one."""
    submission_id = graded(service, **{"deep/no te.txt": "hello\n"})

    assert "hello" in read(service, submission_id, "?file=" + quote("deep/no te.txt"))
    assert "no file of that name" in read(service, submission_id, "?file=../../etc/passwd", status=404)


def test_code_that_tries_to_be_markup_is_text(service):
    """Names and lines are escaped; the page stays well-formed."""
    evil = "</code><script>alert(1)</script>{{ 7 * 7 }}<!--\n" * 3
    name = "a<b>&'.py"
    submission_id = graded(service, **{name: evil})

    text = read(service, submission_id, "?file=" + quote(name))

    page = Page(text)
    assert "<script>alert" not in text
    assert "{{ 7 * 7 }}" in page.words
    assert name in page.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\x01", "not text"),
        (b"x = 1\n" * 9_000, "5000 more lines not shown"),
        (b"x" * 150_000, "1 line"),
        (b"", "0 lines"),
        (b"\xff\xfe\xfa" * 100, "1 line"),
    ],
    ids=["binary", "many lines", "one long line", "empty", "no text of any encoding"],
)
def test_a_page_of_any_bytes_is_bounded(service, content, words):
    """Hostile sizes give a page of ordinary size that names the files it leaves out."""
    submission_id = graded(service, **{"odd.py": content})

    text = read(service, submission_id, "?file=odd.py")

    assert words in Page(text).words
    assert len(text) < 1_500_000


def test_a_place_that_is_not_in_the_upload_is_left_out(service):
    """Stored places of a file or a line that the upload lacks break no page."""
    gone = Place("gone.py", 2, 2, "f", 1, "x", Evidence.RAN)
    late = Place("engine.py", 900, 900, "f", 899, "x", Evidence.RAN)

    first = read(service, graded(service, {("TestAdding", "test_a"): gone}))
    second = read(service, graded(service, {("TestAdding", "test_a"): late}, **{"more.py": ""}))

    assert "gone.py" not in first
    assert "engine.py, line 900" in Page(second).words


def test_only_the_student_and_staff_read_code(service):
    """Another student gets 404; a read by staff is in the audit, a student's own is not."""
    submission_id = graded(service)

    read(service, submission_id, name="ben", status=404)
    read(service, submission_id, name="anna")
    assert service.browser().get(f"/submissions/{submission_id}/code").status_code == 303
    read(service, submission_id, name="teacher")

    with service.database.read() as session:
        found = [each for each in entries(session, AuditFilter()) if each.action == "read archive"]
    assert [(each.actor, each.subject) for each in found] == [("teacher@example.edu", submission_id)]


def test_a_submission_without_a_report_shows_its_code(service):
    """While it waits, the code is there without notes."""
    with service.database.write() as session:
        submission = accept(session, upload(service.course.anna, zipped(**{"engine.py": ENGINE})))

    page = Page(read(service, submission.id, "?file=engine.py"))

    assert "No place in it is known to cost points" in page.words
    assert "def add(a, b)" in page.words


def test_bytes_that_no_release_reads_any_more_are_no_error(service):
    """An archive that this release refuses has a page without files."""
    with service.database.write() as session:
        submission = accept(session, upload(service.course.anna, b"PK no zip"))

    assert "There is no file to show" in Page(read(service, submission.id)).words


def test_the_report_leads_to_the_code(service):
    """The code is one link away."""
    submission_id = graded(service)

    text = service.browser("anna").get(f"/submissions/{submission_id}").text

    assert f'href="/submissions/{submission_id}/code"' in text


def test_a_kept_report_page_gives_way_when_places_come(service):
    """The report stays as it is; its page is another one as soon as the traced run has ended."""
    submission_id = graded(service)
    browser = service.browser("anna")

    def tag():
        return browser.get(f"/submissions/{submission_id}").headers["ETag"]

    before, again = tag(), tag()
    with service.database.write() as session:
        finish_trace(session, start_trace(session, Basis("s" * 64, "r" * 64)), PLACES)

    assert before == again
    assert tag() != before
    assert tag() == tag()
