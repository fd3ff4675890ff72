"""Handing in by hand: files and folders that are dropped or chosen, refusals, the weight of a page."""

import pytest

from tests.grader.e2e.exhibition import UPLOAD_BYTES
from tests.grader.support.api import zipped

HAND_IN = "#hand-in button"
FIRST_PAGE_BYTES = 100_000


@pytest.fixture
def window(visit):
    """Return ben's window on the assignment."""
    opened = visit("ben")
    opened.open("/assignments/sums")
    return opened


def chosen(page):
    """Return the name of the file that the form would send."""
    return page.evaluate("document.getElementById('archive').files[0]?.name")


def upload(name, content):
    """Return a file as a picker gives it."""
    return {"name": name, "mimeType": "application/zip", "buffer": content}


def test_a_zip_that_is_dropped(window, tmp_path):
    """A zip from the desktop is in the form once it is dropped, and is handed in by the button."""
    (tmp_path / "mine.zip").write_bytes(zipped(x="dropped"))

    window.drop(tmp_path / "mine.zip")
    window.page.get_by_text("mine.zip, 1 KiB").wait_for()
    window.page.click(HAND_IN)

    window.page.wait_for_url("**/submissions/*")
    window.page.get_by_text("in the queue").first.wait_for()


def test_a_folder_that_is_dropped(window, tmp_path, exhibition):
    """A folder is zipped in the browser, without files that never belong to it, and accepted as any zip."""
    project = tmp_path / "project"
    for name in ("tests/adapters.py", "engine.py", ".git/config", ".venv/lib.py", "__pycache__/a.pyc"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x = 'folder'\n")

    window.drop(project)
    window.page.get_by_text("project.zip, 1 KiB").wait_for()
    window.page.click(HAND_IN)
    window.page.wait_for_url("**/submissions/*")

    there = window.context.request.get(f"/api/v1{window.page.url.removeprefix(exhibition.site.url)}/archive")
    content = there.body()
    assert b"tests/adapters.py" in content
    assert not [each for each in (b".git", b".venv", b"__pycache__") if each in content]


def dropped(folder, *names):
    """Make files in `folder`, and folders where a name ends in a slash; return their paths."""
    for name in names:
        path = folder / name
        if name.endswith("/"):
            (path / "tests").mkdir(parents=True)
            (path / "tests" / "adapters.py").write_text("x = 'several'\n")
        else:
            path.write_bytes(zipped(x=name))
    return [folder / name for name in names]


@pytest.mark.parametrize("selector", [".drop", "h1"])
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("notes.txt", "mine.zip", "engine.py"), "mine.zip"),
        (("MINE.ZIP", "project/", "engine.py"), "MINE.ZIP"),
        (("notes.txt", "project/", "engine.py"), "project.zip"),
    ],
)
def test_three_at_once_with_one_to_hand_in(window, tmp_path, names, expected, selector):
    """Of several dropped anywhere on the page the one zip, or else the one folder, is in the form."""
    window.drop(*dropped(tmp_path, *names), selector=selector)

    window.page.get_by_text(f"{expected}, 1 KiB; the other 2 stay out").wait_for()
    assert chosen(window.page) == expected


@pytest.mark.parametrize(
    "names",
    [
        ("one.zip", "two.zip", "three.zip"),
        ("engine.py", "nn.py", "adapters.py"),
        ("one/", "two/", "engine.py"),
        ("one.zip", "two.zip", "project/"),
    ],
)
def test_three_at_once_without_a_choice(window, tmp_path, names):
    """Where it is not clear which of several is the project, the page says so and the form is empty."""
    page = window.page
    page.set_input_files("#archive", upload("before.zip", zipped(x="before")))

    window.drop(*dropped(tmp_path, *names))

    page.get_by_text("You dropped 3 files or folders at once").wait_for()
    assert chosen(page) is None
    assert page.get_by_role("alert").inner_text().endswith("Drop one zip, or the one folder of your project.")


def test_a_folder_makes_the_same_bytes_each_time(window, tmp_path):
    """The same folder handed in twice is one submission: its zip does not hold the time of zipping."""
    (tmp_path / "twice" / "tests").mkdir(parents=True)
    (tmp_path / "twice" / "tests" / "adapters.py").write_text("x = 'twice'\n")

    for _ in range(2):
        window.open("/assignments/sums")
        window.drop(tmp_path / "twice")
        window.page.get_by_text("twice.zip").wait_for()
        window.page.click(HAND_IN)
        window.page.wait_for_url("**/submissions/*")

    window.page.get_by_text("No attempt used").wait_for()


def test_a_refusal_stands_beside_the_field(window, shots):
    """A file that is no project is refused where it was chosen, with advice; then a good one is taken."""
    window.expect("422")
    page = window.page
    page.screenshot()  # leaves a `style` on the field; to copy that, as htmx would, breaks the policy

    page.set_input_files("#archive", upload("essay.zip", b"no zip at all"))
    page.click(HAND_IN)
    page.get_by_text("rule: not-a-zip").wait_for()
    page.screenshot(path=shots / "assignment, refused.png", full_page=True)

    assert page.get_by_role("alert").inner_text().strip().startswith("Upload rejected")
    assert page.locator("#archive-wrong svg use").get_attribute("href").endswith("#x")
    assert window.barriers("light") == window.barriers("dark") == []
    page.set_input_files("#archive", upload("good.zip", zipped(x="better")))
    page.click(HAND_IN)
    page.wait_for_url("**/submissions/*")


def test_what_is_too_large_is_told_before_it_is_sent(window, shots):
    """A file beyond the limit is named with its size at once, and is not taken into the form."""
    page = window.page

    page.set_input_files("#archive", upload("data.zip", bytes(UPLOAD_BYTES + 1)))

    page.get_by_text("data.zip has").wait_for()
    assert page.get_by_label("The zip of your project").get_attribute("aria-invalid") == "true"
    page.screenshot(path=shots / "assignment, too large.png", full_page=True)
    assert chosen(page) is None


def test_the_first_page_is_small(visit):
    """All that a browser loads for an assignment, with the scripts and nothing kept, is at most 100 kB."""
    window = visit("ben")
    devtools = window.context.new_cdp_session(window.page)
    devtools.send("Network.enable")
    loaded = []
    devtools.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))

    window.page.goto("/assignments/sums", wait_until="networkidle")

    assert len(loaded) > 4
    assert sum(loaded) <= FIRST_PAGE_BYTES
