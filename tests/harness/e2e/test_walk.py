"""The whole way, with a real sandbox: a student signs in, hands in, watches, reads, mends and compares."""

import os
import shutil

import pytest

from grader.store import open_database
from grader.store.courses import courses
from grader.store.people import add_user, set_role
from grader.store.sign_ins import issue_link
from tests.harness.assignment import ROOT, write_first_part
from tests.harness.corpus import zipped
from tests.harness.e2e.visit import Visit
from tests.harness.samples import read_files
from tests.harness.site import Site

REFERENCE = read_files(ROOT / "reference")
ENGINE = "smulgrad/engine.py"
HAS_MNIST = "SMULGRAD_DATA" in os.environ
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
def visit(chromium, site):
    """Return what opens windows on the service; whatever any of them complains of fails the test."""
    opened = []

    def open_window(**options):
        opened.append(Visit(chromium, site.url, **options))
        return opened[-1]

    yield open_window
    assert [complaint for each in opened for complaint in each.close()] == []


def link_for(site, email, role="student"):
    """Return the path of a one-time link for somebody of the first course."""
    database = open_database(site.database_url)
    with database.write() as session:
        user = add_user(session, email, "Zoë Ångström")
        set_role(session, courses(session)[0].id, user.id, role)
        code = issue_link(session, user.id)
    database.close()
    return f"/login/{code}"


def project(folder, **mistakes):
    """Write the reference into `folder`, each key of `mistakes` replaced by its value in the engine."""
    for name, content in REFERENCE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    text = (folder / ENGINE).read_text()
    for old, new in mistakes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / ENGINE).write_text(text)
    return folder


def test_from_the_first_link_to_the_better_score(site, visit, tmp_path, shots):
    """Somebody who has never seen it hands in, understands the verdict, mends it and sees what changed."""
    window = visit()
    page = window.open(link_for(site, "zoe@example.edu"))
    page.get_by_role("button", name="Sign in").click()
    page.locator("article a").first.click()

    (tmp_path / "first.zip").write_bytes(
        zipped({**REFERENCE, "tests/adapters.py": b"import nothing_like_it\n"})
    )
    window.drop(tmp_path / "first.zip")
    page.get_by_text("first.zip,").wait_for()
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url("**/submissions/*")
    page.get_by_text("The submission could not be loaded").wait_for()
    page.screenshot(path=shots / "walk, could not be loaded.png", full_page=True)

    page.get_by_role("link", name="Hand in again").click()
    window.drop(project(tmp_path / "project"))
    page.get_by_text("project.zip,").wait_for()
    page.get_by_role("button", name="Hand in").click()
    page.get_by_text("The tests are running").wait_for()
    page.screenshot(path=shots / "walk, live.png", full_page=True)
    page.get_by_text("Next step: none").wait_for()
    page.screenshot(path=shots / "walk, report.png", full_page=True)
    shifted = window.shifted()

    page.get_by_role("button", name="Compare the two").click()
    page.get_by_role("heading", name="What changed from submission 1 to 2").wait_for()
    assert page.get_by_text("passed").count() > 10
    assert shifted == 0
