"""The guards of the pages: against other sites, other students, other roles, and foreign scripts."""

import re

import pytest

from grader.store import open_database
from grader.store.audit_log import entries
from grader.web.pages.view import POLICY
from tests.grader.support import gallery
from tests.grader.support.api import make_service
from tests.grader.support.page import Page
from tests.grader.support.reports import RUBRIC

HOST = "testserver"
FROM_ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"http://{HOST}.evil.example"},
]
FROM_HERE = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": f"http://{HOST}"},
    {},
]
FORMS = {
    "/login": {"token": "x"},
    "/login/0.x": {},
    "/logout": {},
    "/theme": {"theme": "dark"},
    "/assignments/sums/submissions": {},
    "/submissions/{queued}/cancel": {},
    "/submissions/{graded}/regrade": {"reason": "x"},
}
OF_STAFF = (
    *("overview", "matrix", "failures", "rubric", "students/1"),
    *("matrix.csv", "tables/problems.csv"),
)
OF_ANNA = (
    "/submissions/{graded}",
    "/submissions/{graded}/code",
    "/submissions/{queued}/live",
    "/compare?a={graded}&b={flawless}",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Return API and pages, whose store nobody changes but with a submission of each state."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('guard')}/grader.db")
    yield make_service(opened, hourly_limit=None, supersede=False)
    opened.close()


@pytest.fixture(scope="module")
def exhibits(service):
    """Return the ids of anna's submissions."""
    return gallery.fill(service.database, service.queue, service.course.anna, RUBRIC)


@pytest.fixture
def anna(service):
    """Return a student's browser."""
    return service.browser("anna")


def regrades(service):
    """Return the audit's entries on regrades, newest first."""
    with service.database.read() as session:
        return [each for each in entries(session) if each.action == "regrade"]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE, ids=str)
@pytest.mark.parametrize("path", FORMS)
def test_no_other_site_can_send_a_form(anna, exhibits, path, headers):
    """A form that another site has the browser send is refused, whatever it is."""
    answer = anna.post(path.format(**exhibits), data=FORMS[path], headers=headers)

    assert answer.status_code == 403
    assert "Another site sent this form" in Page(answer.text).words


@pytest.mark.parametrize("headers", FROM_HERE, ids=str)
def test_forms_of_these_pages_are_taken(service, headers):
    """Requests of the pages' own forms and of programs are not mistaken for another site's."""
    answer = service.browser().post("/logout", headers=headers)

    assert answer.status_code == 303


def test_links_from_other_sites_lead_here(anna):
    """Reading is allowed from wherever the link was: mail, the course's own site."""
    assert anna.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("path", OF_ANNA)
def test_what_is_somebody_elses_is_not_there(service, exhibits, path):
    """Another student's pages are answered exactly as those of no submission at all."""
    ben = service.browser("ben")
    nothing = dict.fromkeys(exhibits, "0" * 24)

    foreign, missing = ben.get(path.format(**exhibits)), ben.get(path.format(**nothing))

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.text == missing.text


@pytest.mark.parametrize("page", OF_STAFF)
def test_what_is_for_staff_is_not_there_for_students(service, anna, page):
    """To a student, staff's pages of their own assignment are as those of one that does not exist."""
    path = f"/assignments/{{}}/{page}"

    student, nowhere = anna.get(path.format("sums")), anna.get(path.format("other"))

    assert (student.status_code, nowhere.status_code) == (404, 404)
    assert student.text == nowhere.text
    assert service.browser("teacher").get(path.format("sums")).status_code == 200


@pytest.mark.parametrize("action", ["cancel", "regrade"])
def test_nobody_changes_what_is_somebody_elses(service, anna, exhibits, action):
    """A student cannot cancel or regrade another's submission, and it stays as it is."""
    path = f"/submissions/{exhibits['queued']}"

    answer = service.browser("ben").post(f"{path}/{action}", data={"reason": "please"})

    assert answer.status_code == 404
    assert "in the queue" in Page(anna.get(path).text).words


def test_a_regrade_needs_a_role(anna, exhibits, service):
    """A student cannot have their own submission graded again, and is offered no form for it."""
    path = f"/submissions/{exhibits['graded']}"

    answer = anna.post(f"{path}/regrade", data={"reason": "please"})

    assert answer.status_code == 403
    assert "regrade" not in anna.get(path).text
    assert regrades(service) == []


@pytest.mark.parametrize("data", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 10_000}])
def test_a_regrade_needs_a_reason(service, exhibits, data):
    """Staff say why in some words, else nothing happens."""
    answer = service.browser("teacher").post(f"/submissions/{exhibits['graded']}/regrade", data=data)

    assert answer.status_code == 422
    assert regrades(service) == []


def test_a_regrade_is_written_down(service, exhibits):
    """The form of staff queues the submission again, and the audit says who wanted it and why."""
    teacher, path = service.browser("teacher"), f"/submissions/{exhibits['not gradable']}"
    offered = f'action="{path}/regrade"' in teacher.get(path).text

    answer = teacher.post(f"{path}/regrade", data={"reason": "division was tested wrong"})

    [entry] = regrades(service)
    assert offered
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert (entry.actor, entry.subject) == ("teacher@example.edu", exhibits["not gradable"])
    assert entry.reason == "division was tested wrong"


def paths(exhibits, name):
    """Return pages of every kind for a reader of that name."""
    shown = [f"/submissions/{each}" for each in exhibits.values()]
    if name == "teacher":
        shown += [f"/assignments/sums/{each}" for each in OF_STAFF if not each.endswith(".csv")]
    compared = f"/compare?a={exhibits['graded']}&b={exhibits['flawless']}"
    return [
        "/",
        "/courses/autumn",
        "/login/0.x",
        "/patterns",
        "/assignments/sums",
        "/nowhere",
        compared,
        *shown,
    ]


@pytest.mark.parametrize("name", ["", "anna", "teacher"])
def test_a_page_can_run_nothing_foreign(service, exhibits, name):
    """Every page forbids inline scripts and styles, has none, and names no other host."""
    browser = service.browser(name)
    for path in paths(exhibits, name) if name else ["/login", "/login/0.x", "/patterns", "/nowhere"]:
        answer = browser.get(path)
        page = Page(answer.text)
        loaded = [*page.attributes("src"), *page.attributes("href", "link")]

        assert answer.headers["content-security-policy"] == POLICY
        assert {tag for tag, _ in page.tags}.isdisjoint({"style", "iframe", "object", "base", "img"})
        assert not [key for _, each in page.tags for key in each if key == "style" or key.startswith("on")]
        assert all(each.startswith("/static/") for each in loaded)
        assert len(page.attributes("src", "script")) == sum(tag == "script" for tag, _ in page.tags)
        assert not re.search(r"(?:src|href|action)=\"(?:[a-z]+:|//)", answer.text)


def test_the_policy_allows_nothing_inline():
    """No source but the service itself; nothing unsafe; nobody may put a page into a frame."""
    rules = dict(each.split(" ", 1) for each in POLICY.split("; "))

    assert "unsafe" not in POLICY
    assert rules["default-src"] == "'none'"
    assert set(rules.values()) == {"'self'", "'none'"}
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"


def test_pages_are_not_kept_by_caches(anna):
    """A page is for who asked; nothing between may keep it."""
    headers = anna.get("/").headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
