"""The handout's page: who may read it, the reader's own state in each problem, and links from other pages."""

from contextlib import closing

import pytest

from grader.handout.load import render_handout
from grader.store import open_database
from grader.store.attempts import publish, take
from grader.store.courses import SubmissionPolicy, add_assignment, add_course
from grader.store.verdict import verdict_of
from grader.web.pages.view import POLICY
from tests.grader.support import gallery
from tests.grader.support.api import make_service
from tests.grader.support.course import hand_in, of_the_suite
from tests.grader.support.page import Page
from tests.grader.support.reports import RUBRIC, report

TEXT = """\
# Adding up

## 2 Sums

### 2.1 Addition

> **Problem `adding`: Add** (3 points)

### 2.2 Subtraction

> **Problem `taking`: Take** (2 points)

![A picture](picture.png)
"""
PATH = "/assignments/sums/handout"
FIGURES = {"picture.png": b"picture"}
HANDOUT = render_handout(TEXT, [problem.id for problem in RUBRIC.problems], FIGURES.get)
[FIGURE] = HANDOUT.figures


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Return API and pages of a course with a handout, and of another course; no test changes them."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('handout')}/grader.db")
    with opened.write() as session:
        add_course(session, "other", "Other")
        add_assignment(session, "elsewhere", "other", "Elsewhere", SubmissionPolicy())
    yield make_service(opened, hourly_limit=None, supersede=False, handout=HANDOUT)
    opened.close()


@pytest.fixture(scope="module")
def exhibits(service):
    """Return the ids of anna's submissions by the state that they show."""
    return gallery.fill(service.database, service.queue, service.course.anna, RUBRIC)


def read(browser, path=PATH):
    """Return a page."""
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def test_a_member_reads_the_handout(service):
    """A student sees title, contents and problems, under the policy of all pages."""
    answer = service.browser("ben").get(PATH)

    page = Page(answer.text)
    assert answer.headers["content-security-policy"] == POLICY
    assert "Adding up" in page.words
    assert "After your first submission each problem here shows your points." in page.words
    assert {"section-2-1", "problem-adding"} <= set(page.attributes("id"))
    assert "#section-2-1" in page.attributes("href")


def test_each_problem_shows_the_readers_own_state(service, exhibits):
    """The state is that of the submission that counts, with a link to the problem in its report."""
    page = read(service.browser("anna"))

    best = exhibits["flawless"]
    assert "passed 3 / 3 Report on Addition" in page.words.replace("\N{NO-BREAK SPACE}", " ")
    assert f"/submissions/{best}#problem-adding" in page.attributes("href")
    assert f"/submissions/{best}#problem-taking" in page.attributes("href")


def test_states_are_of_nobody_else(service, exhibits):  # noqa: ARG001 - anna's are there
    """Another student and the staff see no state, and staff are told of none."""
    ben, teacher = (read(service.browser(name)) for name in ("ben", "teacher"))

    assert not [
        each for page in (ben, teacher) for each in page.attributes("href") if "/submissions/" in each
    ]
    assert "After your first submission" not in teacher.words


def test_the_page_is_rendered_once_for_each_reader(service, exhibits):  # noqa: ARG001 - anna's are there
    """A reader who has the page gets 304; other readers and a changed handout have other pages."""
    anna, ben = service.browser("anna"), service.browser("ben")
    first = anna.get(PATH)
    known = {"If-None-Match": first.headers["etag"]}

    assert anna.get(PATH, headers=known).status_code == 304
    assert ben.get(PATH, headers=known).status_code == 200
    assert service.browser().get(PATH, headers=known).status_code == 303
    assert render_handout(TEXT + "More.", ["adding"], FIGURES.get).version != HANDOUT.version
    assert render_handout(TEXT, ["adding"], {"picture.png": b"new"}.get).version != HANDOUT.version


def test_the_page_follows_a_new_verdict(tmp_path):
    """A better submission shows at once."""
    with closing(open_database(f"sqlite:///{tmp_path}/grader.db")) as database:
        made = make_service(database, hourly_limit=None, handout=HANDOUT)
        browser = made.browser("anna")
        before = read(browser)

        submission = hand_in(database, made.queue, made.course.anna)
        with database.write() as session:
            publish(
                session, take(session, submission.id, "test"), of_the_suite(session, verdict_of(report()))
            )

        assert "/submissions/" not in " ".join(before.attributes("href"))
        assert f"/submissions/{submission.id}#problem-taking" in read(browser).attributes("href")


@pytest.mark.parametrize("path", [PATH, f"{PATH}/{FIGURE}"])
def test_a_stranger_signs_in_first(service, path):
    """Without a session nobody reads the handout or a figure of it."""
    answer = service.browser().get(path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("assignment", ["elsewhere", "none", "..", "a%2fb"])
@pytest.mark.parametrize("name", ["anna", "teacher"])
def test_the_handout_of_another_course_is_hidden(service, name, assignment):
    """Members of other courses get the answer of an assignment that does not exist."""
    for path in (f"/assignments/{assignment}/handout", f"/assignments/{assignment}/handout/{FIGURE}"):
        assert service.browser(name).get(path).status_code == 404


def test_figures_are_served(service):
    """A figure comes with its type, for a year, and runs nothing when it is opened by itself."""
    answer = service.browser("anna").get(f"{PATH}/{FIGURE}")

    assert (answer.status_code, answer.content) == (200, b"picture")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert f"handout/{FIGURE}" in read(service.browser("anna")).attributes("src", "img")


@pytest.mark.parametrize(
    "name", ["picture.png", "none.png", "../../../rubric.yaml", "%2e%2e/rubric.yaml", "", "a/b"]
)
def test_no_other_file_is_served(service, name):
    """Only figures that the page shows have an address."""
    assert service.browser("anna").get(f"{PATH}/{name}").status_code in {404, 405}


@pytest.mark.parametrize(
    ("name", "path", "target"),
    [
        ("anna", "/submissions/{graded}", f"{PATH}#section-2-1"),
        ("anna", "/assignments/sums", PATH),
        ("teacher", "/", PATH),
        ("teacher", "/assignments/sums/overview", PATH),
        ("teacher", "/assignments/sums/rubric", f"{PATH}#section-2-2"),
        ("teacher", "/submissions/{graded}", f"{PATH}#section-2-1"),
    ],
)
def test_pages_link_the_handout(service, exhibits, name, path, target):
    """Each page that names the handout or a section of it leads there."""
    page = read(service.browser(name), path.format(**exhibits))

    assert target in page.attributes("href")


def test_without_a_handout_nothing_leads_there(tmp_path):
    """An assignment without a handout has no page for it, and reports name sections as text."""
    opened = open_database(f"sqlite:///{tmp_path}/grader.db")
    bare = make_service(opened, hourly_limit=None, supersede=False)
    ids = gallery.fill(bare.database, bare.queue, bare.course.anna, RUBRIC)
    browser = bare.browser("anna")

    pages = [read(browser, path) for path in ("/", "/assignments/sums", f"/submissions/{ids['graded']}")]

    assert browser.get(PATH).status_code == 404
    assert not [each for page in pages for each in page.attributes("href") if "handout" in each]
    assert "Handout, section 2.1" in pages[-1].words
    opened.close()
