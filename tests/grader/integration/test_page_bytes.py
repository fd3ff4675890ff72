"""The bytes of a first visit: a page, its stylesheet, icons, scripts and the typeface."""

import gzip

import pytest

from grader.core.rubric import parse_rubric
from grader.store import open_database
from grader.web.pages import assets
from tests.grader.support import gallery
from tests.grader.support.api import make_service
from tests.grader.support.page import Page
from tests.grader.support.small_assignments import ROOT

MOST_BYTES = 120_000
FOR_FEW_NAMES = "vendor/plex-sans-latin-ext-5.3.0.woff2"  # a browser loads it for letters outside Latin-1


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Return API and pages."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('bytes')}/grader.db")
    yield make_service(opened, hourly_limit=None, supersede=False)
    opened.close()


@pytest.fixture(scope="module")
def exhibits(service):
    """Return the ids of anna's submissions, whose reports are on the real rubric."""
    rubric = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
    return gallery.fill(service.database, service.queue, service.course.anna, rubric)


@pytest.mark.parametrize("path", ["/", "/assignments/sums", "/submissions/{graded}", "/submissions/{queued}"])
def test_a_first_visit_is_small(service, exhibits, path):
    """A page with all that it loads, fonts included, takes 120 kB at most."""
    browser = service.browser("anna")
    source = browser.get(path.format(**exhibits)).text
    page = Page(source)
    named = {*page.attributes("src", "script"), *page.attributes("href", "link")}
    fonts = [name for name in assets.NAMES if name.endswith(".woff2") and name != FOR_FEW_NAMES]
    loaded = named | {assets.asset(each) for each in (assets.ICONS, *fonts)}

    sizes = [len(gzip.compress(browser.get(each).content, 6)) for each in loaded]

    assert sum(sizes) + len(gzip.compress(source.encode(), 6)) <= MOST_BYTES
