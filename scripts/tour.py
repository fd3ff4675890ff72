"""Takes the pictures of both tours and the film of a hand-in, docs/tour/*: `uv run python scripts/tour.py`.

They show the demo course in a real browser (Chromium, /usr/bin/chromium unless CHROMIUM names another), from
a service that is started for it and really grades the course, which takes some minutes. Pages are found by
roles and visible words, so a new look needs no change here.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from film import Film
from playwright.sync_api import Page, ViewportSize, sync_playwright

from grader.template.files import read_files, zipped

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "tour"
SIZE: ViewportSize = {"width": 1000, "height": 760}
MISTAKE = (b"g * (1.0 - z * z)", b"g * (1.0 - x * x)")  # the derivative of tanh in terms of its input
PATIENCE = 900  # seconds
TESTS_DONE = re.compile(r"[1-9]\d* of \d+ tests done")


def main() -> None:
    """Start the demo, wait until it is graded, walk through it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        demo(Path(folder)) as (url, links),
        sync_playwright() as browsers,
    ):
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = browsers.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for walk, link in zip((instructors, students), links, strict=True):
            page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
            page.goto(link)
            page.get_by_role("main").get_by_role("button").click()
            walk(page, url)
        browser.close()


def students(page: Page, url: str) -> None:
    """Hand in a zip that is none, then a project with a mistake; read the report and compare it."""
    page.goto(url)
    take(page, "courses")
    open_assignment(page)
    choose(page, b"notes")
    submit(page)
    page.get_by_role("alert").filter(has_text=re.compile(r"\S")).wait_for()
    take(page, "refused")
    page.reload()
    film = Film()
    film.hold(page, 1_200)
    hand_in(page, film)
    film.hold(page, 2_500)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        take(page, "report-dark" if scheme == "dark" else "report")
    page.get_by_role("main").get_by_role("article").first.evaluate("(card) => card.scrollIntoView()")
    take(page, "reasons")
    film.hold(page, 2_500)
    film.save(PICTURES / "hand-in.webp")
    page.get_by_role("link", name=re.compile("^Compare with")).first.click()
    page.get_by_role("heading", name=re.compile(r"submission \d+ to \d+", re.IGNORECASE)).wait_for()
    take(page, "compare")


def hand_in(page: Page, film: Film) -> None:
    """Hand in a project with a mistake and wait for its report, all of it on film."""
    choose(page, project())
    film.hold(page, 1_000)
    submit(page)
    page.wait_for_url("**/submissions/*")
    page.get_by_text(TESTS_DONE).first.wait_for(timeout=PATIENCE * 1000)
    take(page, "live")
    trains = page.get_by_text("Training is running")
    report = page.get_by_role("heading", name=re.compile("^Next step"))
    film.follow(page, trains.or_(report).first.is_visible, most=8, milliseconds=300)
    film.follow(page, report.first.is_visible, most=5, milliseconds=300)
    page.wait_for_load_state()


def choose(page: Page, content: bytes) -> None:
    """Choose a zip with this content in the form."""
    field = page.get_by_label("The zip of your project")
    field.set_input_files({"name": "work.zip", "mimeType": "application/zip", "buffer": content})


def submit(page: Page) -> None:
    """Send the form."""
    page.get_by_role("button", name="Hand in").click()


def instructors(page: Page, url: str) -> None:
    """Look at the class, its matrix, a student, the rubric."""
    page.goto(url)
    open_assignment(page)
    take(page, "overview")
    tabs = page.get_by_role("navigation", name="Pages of this assignment")
    tabs.get_by_role("link", name="Failures").click()
    take(page, "failures")
    tabs.get_by_role("link", name="Students and problems").click()
    take(page, "matrix")
    page.get_by_role("rowheader").get_by_role("link").nth(2).click()
    take(page, "student")
    page.go_back()
    tabs.get_by_role("link", name="Rubric", exact=True).click()
    page.get_by_role("main").get_by_role("group").nth(1).locator("summary").first.click()
    take(page, "rubric")


def open_assignment(page: Page) -> None:
    """Follow the first assignment on the page of the courses."""
    page.get_by_role("main").get_by_role("heading", level=3).get_by_role("link").first.click()


def take(page: Page, name: str) -> None:
    """Keep a picture of the window."""
    page.wait_for_timeout(300)  # fonts and the reader's time zone
    page.screenshot(path=PICTURES / f"{name}.png")


def project() -> bytes:
    """Return the zip of the reference with one mistake."""
    files = read_files(ROOT / "reference")
    return zipped({path: content.replace(*MISTAKE) for path, content in files.items()})


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Run the demo and give its address and the links of teacher and student, once all is graded."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = {**os.environ, "GRADER_DATA_DIR": str(folder), "GRADER_PORT": str(port)}
    command = [sys.executable, "-m", "grader", "serve", "--demo"]
    with (folder / "log").open("w") as log:
        service = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)  # noqa: S603 - ours
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: "http" in (folder / "log").read_text() and idle(url))
        yield url, re.findall(r"of the demo, once and soon:\n(\S+)", (folder / "log").read_text())
    finally:
        service.terminate()
        service.wait(60)


def idle(url: str) -> bool:
    """Tell whether the service answers, grades, and has nothing left to grade."""
    try:
        with urlopen(f"{url}/health") as answer:  # noqa: S310 - our own
            health = json.load(answer)
    except URLError:
        return False
    return bool(health["workers"]) and not health["waiting"] + health["grading"]


def wait_for(claim: Callable[[], bool]) -> None:
    """Wait until `claim` is true. Raises SystemExit when that takes too long."""
    end = time.monotonic() + PATIENCE
    while not claim():
        if time.monotonic() > end:
            raise SystemExit("the demo was not graded in time; look at its log")
        time.sleep(1)


if __name__ == "__main__":
    main()
