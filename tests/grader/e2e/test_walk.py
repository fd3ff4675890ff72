"""The whole way, with a real sandbox: a student signs in, hands in, watches, reads, mends and compares."""

import os
import shutil

import pytest

from grader.store import open_database
from grader.store.courses import courses
from grader.store.sign_ins import issue_link
from grader.store.users import add_user, set_role
from tests.assignment.samples import read_files
from tests.grader.e2e.visit import Visit, looked_after
from tests.grader.support.corpus import zipped
from tests.grader.support.site import Site
from tests.grader.support.small_assignments import ROOT, write_first_part

REFERENCE = read_files(ROOT / "reference")
ADAPTERS = "tests/adapters.py"
HAS_MNIST = "SMULGRAD_DATA" in os.environ
WATCHED = "Training is running" if HAS_MNIST else "tests done"  # the first part alone may be over in a blink
RUNNER = "bwrap" if shutil.which("bwrap") else "jail"


@pytest.fixture(scope="module")
def site(chromium, tmp_path_factory):  # noqa: ARG001 - without a browser nobody looks at it
    """Return a service that grades the real assignment; without MNIST at hand only its first part."""
    write = (lambda _: ROOT) if HAS_MNIST else write_first_part
    opened = Site(tmp_path_factory.mktemp("walk"), write=write, GRADER_RUNNER=RUNNER)
    opened.serve()
    opened.wait_for_worker()
    yield opened
    opened.close()


@pytest.fixture
def visit(request, chromium, site, shots):
    """Return a function that opens windows on the service."""

    def open_one(**options):
        return Visit(chromium, site.url, **options)

    with looked_after(request, shots, open_one) as open_window:
        yield open_window


def link_for(site, email, role="student"):
    """Return the path of a one-time link for somebody of the first course."""
    database = open_database(site.database_url)
    with database.write() as session:
        user = add_user(session, email, "Zoë Ångström")
        set_role(session, courses(session)[0].id, user.id, role)
        code = issue_link(session, user.id)
    database.close()
    return f"/login/{code}"


def unfinished():
    """Return the zip of a project whose adapters cannot be imported."""
    return zipped({**REFERENCE, ADAPTERS: b"import nothing_like_it\n"})


def mended(folder):
    """Write the project without that mistake into `folder` and return it."""
    for name, content in REFERENCE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_from_the_first_link_to_the_better_score(site, visit, tmp_path, shots):
    """Somebody who has never seen it hands in, understands the verdict, mends it and sees the change."""
    window = visit()
    page = window.open(link_for(site, "zoe@example.edu"))
    page.get_by_role("button", name="Sign in").click()
    page.locator("article a").first.click()

    (tmp_path / "first.zip").write_bytes(unfinished())
    window.drop(tmp_path / "first.zip")
    page.get_by_text("first.zip,").wait_for()
    page.get_by_role("button", name="Hand in").click()
    page.get_by_text("The submission could not be loaded").wait_for()
    page.screenshot(path=shots / "walk, could not be loaded.png", full_page=True)

    page.get_by_role("link", name="Hand in again").click()
    window.drop(mended(tmp_path / "project"))
    page.get_by_text("project.zip,").wait_for()
    page.get_by_role("button", name="Hand in").click()
    page.get_by_text(WATCHED).wait_for()
    page.screenshot(path=shots / "walk, live.png", full_page=True)
    page.get_by_text("No test of the parts was lost").wait_for()
    page.screenshot(path=shots / "walk, report.png", full_page=True)

    page.locator(".history").get_by_role("link", name="Compare").click()
    page.get_by_role("heading", name="From submission 1 to 2").wait_for()
    page.get_by_text("nothing_like_it").first.wait_for()
    page.screenshot(path=shots / "walk, compared.png", full_page=True)
    assert page.locator(".badge.passed").count() > 10


def test_the_way_without_scripts(site, visit):
    """Without any script one signs in, hands in and waits; the report comes by itself."""
    page = visit(java_script_enabled=False).open(link_for(site, "max@example.edu"))
    page.get_by_role("button", name="Sign in").click()
    page.locator("article a").first.click()

    page.set_input_files("#archive", {"name": "a.zip", "mimeType": "application/zip", "buffer": unfinished()})
    page.get_by_role("button", name="Hand in").click()

    page.get_by_text("The submission could not be loaded").wait_for()
