"""Sign in to the pages by token or one-time link: the cookie, the redirect, and the sign-out."""

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import select

from grader.core.lifetimes import in_words
from grader.store import open_database
from grader.store.database import now
from grader.store.sign_ins import LINK_LIFETIME, SIGN_IN_LIFETIME, issue_link
from grader.store.tables import LoginLinkRow
from grader.web.dependencies import SESSION_COOKIE
from tests.grader.support.api import hand_in, make_service
from tests.grader.support.page import Page


@pytest.fixture
def database(tmp_path):
    """Return an empty store on SQLite."""
    opened = open_database(f"sqlite:///{tmp_path}/grader.db")
    yield opened
    opened.close()


@pytest.fixture
def service(database):
    """Return API and pages."""
    return make_service(database, hourly_limit=None)


def link_for(service, name):
    """Return the path of a new one-time link of `name`."""
    with service.database.write() as session:
        return f"/login/{issue_link(session, getattr(service.course, name))}"


def cookie_of(answer):
    """Return the cookie that an answer sets, with its attributes."""
    return SimpleCookie(answer.headers["set-cookie"])[SESSION_COOKIE]


def is_signed_in(browser):
    """Return whether the home page is shown and not the sign-in page."""
    return browser.get("/").status_code == 200


def test_a_token_signs_in(service):
    """The form takes a token, leads to the first page and gives the browser a key of its own."""
    browser, token = service.browser(), service.token("anna")

    answer = browser.post("/login", data={"token": f" {token}\n"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert is_signed_in(browser)
    assert "anna@example.edu" in Page(browser.get("/").text).words
    assert token not in answer.headers["set-cookie"]


def test_a_link_signs_in_by_its_button_and_only_once(service):
    """Opening a link does not use it up, as programs that scan mail open links; pressing the button does."""
    path, browser, other = link_for(service, "anna"), service.browser(), service.browser()

    looked = [browser.get(path).status_code for _ in range(2)]
    pressed, again = browser.post(path), other.post(path)

    assert looked == [200, 200]
    assert (pressed.status_code, again.status_code) == (303, 401)
    assert (is_signed_in(browser), is_signed_in(other)) == (True, False)
    assert "A link works once" in Page(again.text).words


@pytest.mark.parametrize("over_tls", [False, True])
def test_the_cookie_is_out_of_reach(database, over_tls):
    """No script and no other site gets at the cookie, nor a plain connection where there is TLS."""
    service = make_service(database, over_tls=over_tls)

    cookie = cookie_of(service.browser().post("/login", data={"token": service.token("anna")}))

    assert cookie["httponly"] is True
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert bool(cookie["secure"]) is over_tls
    assert int(cookie["max-age"]) == 12 * 60 * 60


@pytest.mark.parametrize("path", ["/", "/assignments/sums", "/submissions/1", "/submissions/1/live"])
def test_who_is_not_signed_in_is_led_to_the_form(service, path):
    """Every page leads to the form, which leads back, and takes a wrong cookie away."""
    browser = service.browser()
    browser.cookies.set(SESSION_COOKIE, "nonsense")

    answer = browser.get(path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
    assert cookie_of(answer).value == ""


def test_after_signing_in_one_is_where_one_wanted_to_be(service):
    """The page that was asked for comes after the form, its query included."""
    browser = service.browser()
    asked = browser.get("/compare?a=1&b=2")

    form = Page(browser.get(asked.headers["location"]).text)
    fields = {each["name"]: each.get("value", "") for tag, each in form.tags if tag == "input"}
    answer = browser.post("/login", data={**fields, "token": service.token("anna")})

    assert answer.headers["location"] == "/compare?a=1&b=2"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "evil.example",
        "javascript:alert(1)",
        "",
        "/\r\nSet-Cookie: a=b",
    ],
)
def test_nobody_is_led_elsewhere(service, elsewhere):
    """Whatever `back` says, signing in leads to a page of this service."""
    shown = Page(service.browser().get("/login", params={"back": elsewhere}).text)
    answer = service.browser().post("/login", data={"token": service.token("anna"), "back": elsewhere})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert [each["value"] for tag, each in shown.tags if each.get("name") == "back"] == ["/"]


def test_a_wrong_token_is_told_beside_the_field(service):
    """The form comes again with an error at the field, and never with the token."""
    answer = service.browser().post("/login", data={"token": "grader_0.wrong"})

    shown = Page(answer.text)
    [field] = [each for _, each in shown.tags if each.get("id") == "token"]
    assert answer.status_code == 401
    assert "wrong, revoked or expired" in shown.words
    assert field["aria-invalid"] == "true"
    assert set(field["aria-describedby"].split()) <= set(shown.attributes("id"))
    assert "grader_0.wrong" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("way", ["token", "link"])
def test_guessing_locks_nobody_out(service, way):
    """After many wrong guesses from one address the right token, or link, still signs in."""
    right = service.token("anna") if way == "token" else link_for(service, "anna")
    browser = service.browser()

    def guess(text):
        if way == "token":
            return browser.post("/login", data={"token": text})
        return browser.post(text)

    wrong = [guess(f"{right}{number}").status_code for number in range(5)]

    assert wrong == [401, 401, 401, 429, 429]
    assert guess(right).status_code == 303


def test_an_ended_sign_in_is_no_guess(service):
    """A browser that keeps sending an old cookie is led to the form each time, and slows nobody down."""
    browser = service.browser()
    browser.cookies.set(SESSION_COOKIE, f"{'0' * 12}.over")

    asked = [browser.get("/", headers={"Cookie": f"{SESSION_COOKIE}=0.over"}) for _ in range(9)]

    assert {each.status_code for each in asked} == {303}
    assert service.browser().post("/login", data={"token": "grader_0.wrong"}).status_code == 401


def test_signing_out_ends_the_session(service):
    """Signing out takes the cookie away, and a copy of it opens nothing any more."""
    browser, thief = service.browser(), service.browser()
    cookie = service.cookie("anna")
    for each in (browser, thief):
        each.cookies.set(SESSION_COOKIE, cookie)
    before = is_signed_in(thief)

    answer = browser.post("/logout")

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert cookie_of(answer).value == ""
    assert (before, is_signed_in(thief)) == (True, False)


def test_the_api_takes_a_cookie_for_reading_only(service):
    """A browser reads reports and archives by its cookie; changes need a token."""
    browser = service.browser("anna")

    read = browser.get("/api/v1/submissions")
    changed = hand_in(browser)

    assert read.status_code == 200
    assert changed.status_code == 401


def test_pages_and_links_have_the_lifetime_of_the_setting(service):
    """A link opens until its lifetime is over, and the page of a wrong one says how long links work."""
    browser = service.browser()
    with service.database.write() as session:
        code = issue_link(session, service.course.anna, timedelta(hours=48))
        row = session.scalar(select(LoginLinkRow))
        left = row.expires_at - now(session)
        row.expires_at -= timedelta(hours=48)

    shown = Page(browser.get(f"/login/{code}").text).words
    over = browser.post(f"/login/{code}")

    assert timedelta(hours=47) < left <= timedelta(hours=48)
    assert f"for {in_words(SIGN_IN_LIFETIME)}" in shown
    assert over.status_code == 401
    assert f"within {in_words(LINK_LIFETIME)}" in Page(over.text).words
