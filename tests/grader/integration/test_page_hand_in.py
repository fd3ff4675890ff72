"""Hand in by the page: accepted uploads, refusals beside the field, and our own failures."""

import io
import re
import tarfile

import pytest
from sqlalchemy.exc import OperationalError

from grader.store import open_database
from tests.grader.support.api import UPLOAD_BYTES, make_service, zipped
from tests.grader.support.page import Page


@pytest.fixture
def service(tmp_path):
    """Return API and pages."""
    opened = open_database(f"sqlite:///{tmp_path}/grader.db")
    yield make_service(opened, hourly_limit=2, supersede=False)
    opened.close()


@pytest.fixture
def anna(service):
    """Return a student's browser."""
    return service.browser("anna")


def hand_in(browser, content=None, headers=None):
    """Hand in a zip by the form."""
    files = {"archive": ("work.zip", zipped() if content is None else content, "application/zip")}
    return browser.post("/assignments/sums/submissions", files=files, headers=headers)


def read(browser, path):
    """Return a page."""
    return Page(browser.get(path).text)


def test_an_upload_leads_to_its_page(anna):
    """A good zip is queued and the browser led to its page; by htmx as by a plain form."""
    plain = hand_in(anna)
    by_htmx = hand_in(anna, zipped(x="1"), {"HX-Request": "true"})

    assert plain.status_code == 303
    assert "Number 1 in the queue" in read(anna, plain.headers["location"]).words
    assert re.fullmatch(r"/submissions/[0-9a-f]{24}", by_htmx.headers["hx-redirect"])


def test_known_bytes_spend_no_attempt(anna):
    """The same bytes again lead to the first submission, which says so."""
    first = hand_in(anna).headers["location"]

    again = hand_in(anna).headers["location"]

    assert again == f"{first}?known=yes"
    assert "No attempt used" in read(anna, again).words
    assert "No attempt used" not in read(anna, first).words
    assert "You may hand in 1 more time this hour" in read(anna, "/assignments/sums").words


def refused(answer, status):
    """Return the page of a refusal, after checking that it is next to the field."""
    page = Page(answer.text)
    [field] = [each for _, each in page.tags if each.get("id") == "archive"]
    assert answer.status_code == status
    assert field["aria-invalid"] == "true"
    assert set(field["aria-describedby"].split()) <= set(page.attributes("id"))
    return page


@pytest.mark.parametrize("headers", [None, {"HX-Request": "true"}], ids=["form", "htmx"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no zip", "rule: not-a-zip"),
        (zipped(**{"../out.py": ""}), 'Entry "../out.py"'),
    ],
)
def test_a_refusal_stands_beside_the_field(anna, content, words, headers):
    """A refusal has entry, rule and advice, as a page or as the form alone."""
    answer = hand_in(anna, content, headers)

    page = refused(answer, 422)
    assert words in page.words
    assert "No attempt used" in page.words
    assert answer.text.lstrip().startswith("<section" if headers else "<!doctype")


def test_too_often_says_when(anna):
    """Beyond the hourly limit the page says from when on the next one is taken."""
    for number in range(2):
        hand_in(anna, zipped(x=str(number)))

    answer = hand_in(anna, zipped(x="3"))

    assert "The next one is possible at" in refused(answer, 429).words
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("data", [{}, {"archive": ""}, {"archive": "text"}])
def test_a_form_without_a_file(anna, data):
    """A form without a zip gets a message beside the field."""
    answer = anna.post("/assignments/sums/submissions", data=data, files={"other": io.BytesIO(b"x")})

    assert "must be a file" in refused(answer, 422).words


@pytest.mark.parametrize("in_chunks", [False, True])
def test_an_upload_that_is_too_large(anna, in_chunks):
    """A body beyond the limit is not read to its end, and the page says so, whatever length it states."""
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    content = (b"x" * 50_000 for _ in range(100)) if in_chunks else b"x" * (UPLOAD_BYTES + 1)

    answer = anna.post("/assignments/sums/submissions", content=content, headers=headers)

    assert answer.status_code == 413
    assert "The upload is too large" in Page(answer.text).words


def test_only_what_is_queued_can_be_cancelled(anna):
    """A queued submission is cancelled by its button; a second time is refused."""
    path = hand_in(anna).headers["location"]

    cancelled, again = anna.post(f"{path}/cancel"), anna.post(f"{path}/cancel")

    assert (cancelled.status_code, cancelled.headers["location"]) == (303, path)
    assert again.status_code == 409
    assert "Cancelled before it was graded" in read(anna, path).words


@pytest.mark.parametrize("path", ["/", "/assignments/sums"])
def test_a_database_that_is_gone_is_a_page(service, anna, monkeypatch, path):
    """503 is a page too, says that nothing was accepted, and when to come back."""

    def gone(*_):
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(type(service.database), "read", gone)
    answer = anna.get(path)

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "Nothing was accepted" in Page(answer.text).words


def test_a_mistake_of_ours_is_a_page(service, monkeypatch):
    """A programming error is a page without a traceback."""
    monkeypatch.setattr(type(service.queue), "position", lambda *_: 1 / 0)
    anna = service.browser("anna", raise_server_exceptions=False)

    answer = anna.get(hand_in(anna).headers["location"])

    assert answer.status_code == 500
    assert "Internal error" in Page(answer.text).words
    assert "division" not in answer.text


def test_page_and_refusals_name_the_limit_that_applies(tmp_path, monkeypatch):
    """The page and the answer to a large request name the limit of intake."""
    monkeypatch.setattr("tests.grader.support.api.UPLOAD_BYTES", 34_603_008)
    opened = open_database(f"sqlite:///{tmp_path}/grader.db")
    anna = make_service(opened).browser("anna")

    answer = anna.post("/assignments/sums/submissions", content=b"x", headers={"Content-Length": "99999999"})

    assert "At most 32 MiB" in read(anna, "/assignments/sums").words
    assert "The limit is 33,554,432 bytes" in Page(answer.text).words
    opened.close()


def test_a_tar_archive_comes_back_as_one(anna):
    """A tar archive is accepted, and its download has a name that fits."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("hw/tests/adapters.py"))

    path = hand_in(anna, content.getvalue()).headers["location"]

    answer = anna.get(f"/api/v1{path}/archive")
    assert answer.content == content.getvalue()
    assert answer.headers["content-disposition"].endswith('.tar.gz"')
