"""The shell of the pages: the name, the course switcher, tabs, the theme, and the pages of errors."""

import pytest

from grader.core.role import Role
from grader.store import open_database
from grader.store.courses import SubmissionPolicy, add_assignment, add_course
from grader.store.users import add_user, set_role
from grader.web.dependencies import SESSION_COOKIE
from tests.grader.support.api import make_service
from tests.grader.support.page import Page


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Return API and pages with two courses, and an admin who is a member of the first one only."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('shell')}/grader.db")
    made = make_service(opened)
    with opened.write() as session:
        add_assignment(session, "more", "autumn", "More sums", SubmissionPolicy())
        add_course(session, "spring", "Spring")
        add_assignment(session, "later", "spring", "Later", SubmissionPolicy())
        admin = add_user(session, "ada@example.edu", "Ada").id
        set_role(session, "autumn", admin, Role.ADMIN)
    object.__setattr__(made.course, "admin", admin)
    yield made
    opened.close()


def links(page):
    """Return the paths of all links of a page."""
    return page.attributes("href", "a")


def test_the_admin_is_at_home_in_every_course(service):
    """An admin of one course opens the pages of another, and its course switcher lists both."""
    admin = service.browser("admin")

    answers = [
        admin.get(path) for path in ("/courses/spring", "/assignments/later/overview", "/assignments/later")
    ]

    assert [each.status_code for each in answers] == [200, 200, 200]
    assert {"/courses/autumn", "/courses/spring"} <= set(links(Page(answers[0].text)))


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("anna", ["/assignments/sums", "/assignments/more"]),
        ("teacher", ["/assignments/sums/overview", "/assignments/more/overview"]),
    ],
)
def test_the_top_bar_leads_to_the_other_assignments(service, name, paths):
    """The menu has the assignments of the present course, oldest first, and marks the present one."""
    page = Page(service.browser(name).get("/assignments/more").text)

    places = [each for tag, each in page.tags if tag == "a" and each["href"] in paths]
    menu = places[: len(paths)]
    assert [each["href"] for each in menu] == paths
    assert ["aria-current" in each for each in menu] == [False, True]
    assert "/courses/autumn" in links(page)
    assert "/assignments/later" not in links(page)


def test_a_single_assignment_needs_no_menu(service):
    """The top bar links the only assignment of a course."""
    page = Page(service.browser("admin").get("/assignments/later").text)

    assert page.words.count("All assignments") == 0
    assert "/assignments/later/overview" in links(page)


def test_members_see_their_own_courses_only(service):
    """A student finds one course in the switcher, and another course is not found."""
    anna = service.browser("anna")

    home, foreign = anna.get("/"), anna.get("/courses/spring")

    assert "/courses/autumn" in links(Page(home.text))
    assert "/courses/spring" not in links(Page(home.text))
    assert foreign.status_code == 404
    assert anna.get("/courses/autumn").status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/submissions/0", "/assignments/sums/overview"])
def test_a_page_that_is_not_there_keeps_the_shell(service, path):
    """The page of an error shows who is signed in, and leads home."""
    answer = service.browser("anna").get(path)

    page = Page(answer.text)
    assert answer.status_code == 404
    assert "anna@example.edu" in page.words
    assert "Sign out" in page.words
    assert "/" in links(page)


def test_the_page_of_an_error_needs_no_session(service):
    """Without a session, or with an old cookie, the page of an error shows no account."""
    browser = service.browser()
    browser.cookies.set(SESSION_COOKIE, "nonsense")

    answer = browser.get("/nowhere")

    assert answer.status_code == 404
    assert "Sign out" not in Page(answer.text).words


def test_an_upload_that_is_too_large_keeps_the_shell(service):
    """The refusal by size comes before any route, and still shows who is signed in."""
    answer = service.browser("anna").post(
        "/assignments/sums/submissions", content=b"", headers={"content-length": str(1 << 40)}
    )

    assert answer.status_code == 413
    assert "anna@example.edu" in Page(answer.text).words


def test_who_is_signed_in_needs_no_form(service):
    """The sign-in page leads a signed-in person to the page behind it, and others to the form."""
    anna = service.browser("anna")

    home, back = anna.get("/login"), anna.get("/login", params={"back": "/assignments/sums"})

    assert (home.status_code, home.headers["location"]) == (303, "/")
    assert (back.status_code, back.headers["location"]) == (303, "/assignments/sums")
    assert anna.get("/login", params={"back": "//evil.example"}).headers["location"] == "/"
    assert service.browser().get("/login").status_code == 200


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_a_theme_is_kept(service, theme):
    """The choice returns to its page, and every later page has it, also without a session."""
    browser = service.browser()

    answer = browser.post("/theme", data={"theme": theme, "page": "/login?back=/assignments/sums"})

    page = Page(browser.get("/login").text)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?back=/assignments/sums")
    assert page.attributes("data-theme", "html") == [theme]


@pytest.mark.parametrize("theme", ["", "pink", "<script>"])
def test_no_other_theme(service, theme):
    """A form with another value is refused, and a cookie with one is ignored."""
    browser = service.browser()

    answer = browser.post("/theme", data={"theme": theme})
    browser.cookies.set("grader_theme", "pink")

    assert answer.status_code == 422
    assert Page(browser.get("/login").text).attributes("data-theme", "html") == ["system"]


def test_a_theme_leads_nowhere_else(service):
    """The form returns to a page of this service only."""
    answer = service.browser().post("/theme", data={"theme": "dark", "page": "https://evil.example/"})

    assert answer.headers["location"] == "/"


def test_the_present_place_is_marked(service):
    """One tab is the present page, and the switcher names the present course."""
    page = Page(service.browser("teacher").get("/assignments/sums/matrix").text)

    current = [each for tag, each in page.tags if tag == "a" and each.get("aria-current") == "page"]
    assert [each["href"].partition("?")[0] for each in current] == ["/assignments/sums/matrix"]
    assert "/courses/autumn" in links(page)


def test_the_service_has_a_name(service):
    """The top bar and the title show the name."""
    page = Page(service.browser().get("/login").text)

    assert "Sign in · Obelus" in page.words
