"""Fixtures of the tests in a browser: Chromium, services, windows that are looked after, and pictures."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.grader.e2e.exhibition import Exhibition
from tests.grader.e2e.visit import BROWSER, FLAGS, Visit, looked_after


@pytest.fixture(scope="package")
def chromium():
    """Return a running Chromium; where there is none the test is skipped, and in CI that is a failure."""
    if not BROWSER.exists():
        reason = f"{BROWSER} is not there: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def exhibition(chromium, tmp_path_factory):  # noqa: ARG001 - without a browser nobody looks at it
    """Return a service that shows every state."""
    opened = Exhibition(tmp_path_factory.mktemp("exhibition"))
    yield opened
    opened.close()


@pytest.fixture
def visit(request, chromium, exhibition, shots):
    """Return a function that opens windows on the exhibition, signed in by name."""

    def open_one(name="", **options):
        cookie = exhibition.cookie(name) if name else ""
        return Visit(chromium, exhibition.site.url, cookie, **options)

    with looked_after(request, shots, open_one) as open_window:
        yield open_window


@pytest.fixture(scope="session")
def shots(tmp_path_factory):
    """Return the folder for pictures of the pages: the one that GRADER_SHOTS names, or a passing one."""
    folder = Path(os.environ.get("GRADER_SHOTS") or tmp_path_factory.mktemp("shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
