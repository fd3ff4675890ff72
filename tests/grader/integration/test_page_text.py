"""Hostile text on the pages: whatever people or submissions write, and where, is shown and is only text."""

import re

import pytest

from grader.core.role import Role
from grader.store import open_database
from grader.store.attempts import fail, publish, take
from grader.store.events import add_event
from grader.store.sign_ins import issue_link, sign_in_by_link
from grader.store.submissions import MAX_ATTEMPTS
from grader.store.tables import AssignmentRow, CourseRow, MembershipRow, UserRow
from grader.store.users import add_user, set_role
from grader.store.verdict import verdict_of
from grader.web.dependencies import SESSION_COOKIE
from tests.grader.support.api import make_service, zipped
from tests.grader.support.corpus import load_attacks
from tests.grader.support.course import ASSIGNMENT, COURSE, of_the_suite
from tests.grader.support.gallery import made_up
from tests.grader.support.page import Page
from tests.grader.support.reports import RUBRIC

TEXTS = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img/src=x/onerror='alert(1)'>",
    "end of all": "</pre></details></title></main></body>",
    "template": "{{7*7}}{%raw%}{#",
    "htmx": "<p/hx-get='/logout'/hx-trigger='load'>",
    "stream": "overtaken\n\nevent: over\ndata: x",
    "address": "javascript:alert(1)",
    "comment": "<!--<![CDATA[",
}
ATTACKS = [attack for attack in load_attacks() if attack.group == "text"]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Return API and pages, with a student who has handed in before, so that every page lists something."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('text')}/grader.db")
    made = make_service(opened, hourly_limit=None, supersede=False)
    for _ in range(2):
        graded(made, made.browser("anna"), "")
    yield made
    opened.close()


def send(browser, content):
    """Hand in a zip by the form and return the answer."""
    files = {"archive": ("<b>.zip", content, "application/zip")}
    return browser.post("/assignments/sums/submissions", files=files, data={"again": "yes"})


def hand_in(browser):
    """Hand in a good zip and return the id of its submission."""
    return send(browser, zipped()).headers["location"].rpartition("/")[2]


def graded(service, browser, text):
    """Return the id of a submission whose report has `text` in every place."""
    made = hand_in(browser)
    with service.database.write() as session:
        verdict = of_the_suite(session, verdict_of(made_up(RUBRIC, text=text)))
        publish(session, take(session, made, "test"), verdict)
    return made


def report(service, text):
    """Show a report that has the text everywhere."""
    anna = service.browser("anna")
    return anna.get(f"/submissions/{graded(service, anna, text)}")


def report_for_staff(service, text):
    """Show such a report to staff."""
    made = graded(service, service.browser("anna"), text)
    return service.browser("teacher").get(f"/submissions/{made}")


def comparison(service, text):
    """Compare two such reports, whose tests differ in their names."""
    anna = service.browser("anna")
    one, other = (graded(service, anna, f"{text}{number}") for number in "12")
    return anna.get("/compare", params={"a": one, "b": other})


def name(service, text):
    """Show the first page to somebody of that name."""
    with service.database.write() as session:
        user = add_user(session, f"{len(text)}@example.edu")
        user.name = text
        set_role(session, COURSE, user.id, Role.STUDENT)
        cookie = sign_in_by_link(session, issue_link(session, user.id))
    return service.browser().get("/", headers={"Cookie": f"{SESSION_COOKIE}={cookie}"})


def address(service, text):
    """Show staff the submission of somebody with that e-mail address."""
    with service.database.write() as session:
        user = add_user(session, re.sub(r"\s", "_", f"{text}@example.edu"))
        set_role(session, COURSE, user.id, Role.STUDENT)
        cookie = sign_in_by_link(session, issue_link(session, user.id))
    browser = service.browser()
    browser.cookies.set(SESSION_COOKIE, cookie)
    return service.browser("teacher").get(f"/submissions/{hand_in(browser)}")


def title(service, text):
    """Show the first page with a course of that title."""
    with service.database.write() as session:
        session.get_one(CourseRow, COURSE).title = text
    return service.browser("anna").get("/")


def entry(service, text):
    """Refuse a zip for the name of an entry."""
    return send(service.browser("anna"), zipped(**{f"../{text}": ""}))


def training(service, text):
    """Show a submission that is being graded and reports a training of that name."""
    anna = service.browser("anna")
    made = hand_in(anna)
    with service.database.write() as session:
        take(session, made, "test")
        add_event(session, made, 1, "training", {"problem": text, "numbers": {"epoch": 1, "loss": 0.5}})
    return anna.get(f"/submissions/{made}")


def failure(service, text):
    """Show staff why we failed."""
    made = hand_in(service.browser("anna"))
    for _ in range(MAX_ATTEMPTS):
        with service.database.write() as session:
            fail(session, take(session, made, "test"), text)
    return service.browser("teacher").get(f"/submissions/{made}")


def of_staff(page):
    """Return a function that shows a staff page on a class with a student of that name and message."""

    def show(service, text):
        with service.database.write() as session:
            user = session.get_one(UserRow, service.course.anna)
            user.name = text
            session.get_one(AssignmentRow, ASSIGNMENT).title = text
            session.get_one(MembershipRow, (COURSE, user.id)).section = text
        graded(service, service.browser("anna"), text)
        failure(service, text)
        return service.browser("teacher").get(f"/assignments/{ASSIGNMENT}/{page}?counts=latest")

    show.__name__ = page
    return show


STAFF = [of_staff(page) for page in ("overview", "matrix", "failures", "rubric", "students/1")]
PLACES = (report, report_for_staff, comparison, name, address, title, entry, training, failure, *STAFF)


def kinds(answer):
    """Return the structure of a page: each tag with the names of its attributes."""
    return {(tag, frozenset(attributes)) for tag, attributes in Page(answer.text).tags}


def letters(text):
    """Return the letters of a text, which every page shows of a name."""
    return re.sub(r"[\W_]", "", text.lower())


@pytest.mark.parametrize("key", TEXTS)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_text_is_text(service, place, key):
    """A page that says hostile things is made of nothing else than one that says harmless things."""
    harmless, hostile = place(service, "plain\ntext"), place(service, TEXTS[key])

    assert kinds(hostile) <= kinds(harmless)
    assert letters(TEXTS[key].split("\n")[0]) in letters(Page(hostile.text).text)


@pytest.mark.parametrize("key", TEXTS)
@pytest.mark.parametrize("path", ["/login?back=/{}", "/login/{}", "/submissions/{}", "/compare?a={}&b={}"])
def test_what_stands_in_the_address_is_text(service, path, key):
    """Ids, codes and ways back that somebody made up add nothing to the page that answers them."""
    browser = service.browser(None if "login" in path else "anna")
    quoted = "".join(f"%{byte:02x}" for byte in TEXTS[key].encode())
    plain = "/".join("x" * len(each) for each in TEXTS[key].split("/"))

    harmless, hostile = (browser.get(path.format(*[each] * 2)) for each in (plain, quoted))

    assert hostile.status_code == harmless.status_code
    assert kinds(hostile) == kinds(harmless)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_corpus_is_answered_by_whole_pages(service, attack):
    """Uploads of the attack corpus are queued, or refused by a page that stays whole."""
    answer = send(service.browser("anna"), zipped(**{k: v.decode() for k, v in attack.files.items()}))

    assert answer.status_code in {303, 422}
    assert answer.status_code == 303 or "\x1b" not in Page(answer.text).text
