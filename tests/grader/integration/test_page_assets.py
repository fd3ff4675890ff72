"""Static files of pages: cached for a year under an address with their hash; libraries are as published."""

import hashlib
import re

import pytest

from grader.store import open_database
from grader.web.pages import assets
from tests.grader.support.api import make_service
from tests.grader.support.page import Page

VENDOR = assets.files("grader.web.pages").joinpath("static", "vendor")
STATED = dict(
    re.findall(
        r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", VENDOR.joinpath("README.md").read_text(), re.MULTILINE
    )
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Return a browser in which nobody is signed in."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('assets')}/grader.db")
    yield make_service(opened).browser()
    opened.close()


def test_every_library_is_listed():
    """The list of libraries names each of them, with its hash, and nothing that is not there."""
    there = {each.name for each in VENDOR.iterdir() if each.name.endswith((".js", ".woff2"))}

    assert STATED.keys() == there
    assert {name.removeprefix("vendor/") for name in assets.NAMES if "/" in name} == there


@pytest.mark.parametrize("name", STATED)
def test_a_library_is_as_published(name):
    """The bytes of a library are those whose hash the list states."""
    assert hashlib.sha256(VENDOR.joinpath(name).read_bytes()).hexdigest() == STATED[name]


@pytest.mark.parametrize("name", [*assets.NAMES, assets.STYLE])
def test_an_asset_may_be_kept_for_good(browser, name):
    """An asset is served with its type, without signing in, and may be kept for good."""
    answer = browser.get(assets.asset(name))

    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "woff2": "font/woff2"}
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].partition(";")[0] == kinds[name.rpartition(".")[2]]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", [*assets.NAMES, assets.STYLE])
def test_other_bytes_have_another_address(browser, name):
    """The address holds the hash of the bytes, so that no browser goes on with those of yesterday."""
    address = assets.asset(name)

    digest = hashlib.sha256(browser.get(address).content).hexdigest()

    assert address == f"/static/{name}?v={digest[:12]}"


def test_pages_load_only_what_is_there(browser):
    """Every address that a page names for its look and its scripts is that of a present asset."""
    page = Page(browser.get("/login").text)

    named = [*page.attributes("src", "script"), *page.attributes("href", "link")]
    assert named
    assert set(named) <= {assets.asset(each) for each in [*assets.NAMES, assets.STYLE]}


@pytest.mark.parametrize(
    "name", ["pages.css", "../view.py", "..%2fview.py", "vendor/README.md", "", "vendor"]
)
def test_nothing_else_is_served(browser, name):
    """Only files on the list are served, for every spelling of a path."""
    assert browser.get(f"/static/{name}").status_code == 404


def test_scripts_load_nothing_from_elsewhere():
    """Our own scripts name no address of another host and evaluate no text."""
    for name in assets.NAMES:
        if name.endswith(".js") and "/" not in name:
            source = assets.files("grader.web.pages").joinpath("static", name).read_text()
            assert not re.search(r"https?://|\beval\b|innerHTML|new Function|\.style\b", source), name
