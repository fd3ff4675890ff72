"""Takes the pictures of both tours, docs/tour/*.png: `uv run python scripts/tour.py`.

They show the demo course in a real browser (Chromium, /usr/bin/chromium unless CHROMIUM names another), from
a service that is started for it and really grades the course, which takes some minutes.
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

from playwright.sync_api import Page, ViewportSize, sync_playwright

from grader.template.files import read_files, zipped

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "tour"
SIZE: ViewportSize = {"width": 1000, "height": 760}
MISTAKE = (b"g * (1.0 - z * z)", b"g * (1.0 - x * x)")  # the derivative of tanh in terms of its input
PATIENCE = 900


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
            page.click("main button")
            walk(page, url)
        browser.close()


def students(page: Page, url: str) -> None:
    """Hand in a zip that is none, then a project with a mistake, and read the report."""
    page.goto(url)
    take(page, "courses")
    page.click("article a")
    page.set_input_files("#archive", {"name": "work.zip", "mimeType": "application/zip", "buffer": b"notes"})
    page.click("#hand-in button")
    page.wait_for_selector("#archive-wrong strong")
    take(page, "refused")
    page.set_input_files("#archive", {"name": "work.zip", "mimeType": "application/zip", "buffer": project()})
    page.click("#hand-in button")
    page.wait_for_url("**/submissions/*")
    page.wait_for_selector("text=/[1-9][0-9]+ of [0-9]+ tests done/")
    take(page, "live")
    page.wait_for_selector(".score .total", timeout=PATIENCE * 1000)
    take(page, "report")
    page.locator(".part .problem[open]").first.scroll_into_view_if_needed()
    take(page, "reasons")
    page.locator(".history .go a").first.click()
    take(page, "compare")


def instructors(page: Page, url: str) -> None:
    """Look at the class, its matrix, a student, the rubric."""
    page.goto(url)
    page.click("article a")
    take(page, "overview")
    page.click("text=Failures")
    take(page, "failures")
    page.click("text=Students and problems")
    take(page, "matrix")
    page.click(".matrix tbody th a >> nth=2")
    take(page, "student")
    page.go_back()
    page.click("text=Rubric")
    page.locator(".problem").nth(1).locator("summary").click()
    take(page, "rubric")


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
