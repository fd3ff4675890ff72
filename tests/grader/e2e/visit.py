"""A visit: somebody's browser window on the pages, which notes whatever a reader should never be shown."""

from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from grader.web.dependencies import SESSION_COOKIE

PATIENCE = 90_000  # milliseconds until a test gives up on what should take a second or two
BROWSER = Path("/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",  # of the browser, whose own pages are all that it shows here: it needs no root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
WATCHED = """
    window.shifts = [];
    new PerformanceObserver((list) => {
      window.shifts.push(...list.getEntries().filter((each) => !each.hadRecentInput));
    }).observe({ type: "layout-shift", buffered: true });
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, sourceFile }) => {
      console.error(`policy: ${violatedDirective} ${sourceFile}`);
    });
"""
PAINTED = """new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))
)"""
DRAG = ("dragEnter", "dragOver", "drop")


class Visit:
    """A window of `browser` on the service at `url`, signed in by `cookie`; `complaints` has its errors.

    A test has to `expect` an error that it causes, such as the status of a refusal in the console.
    """

    def __init__(self, browser, url, cookie="", **options):
        """Open a window that is no other one's neighbour."""
        self.url = url
        self.complaints = []
        self._expected = []
        self.context = browser.new_context(base_url=url, **options)
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(WATCHED)
        self.context.on("request", self._request)
        if cookie:
            self.context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": url}])
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def expect(self, text):
        """Take no complaint that holds `text` for one."""
        self._expected.append(text)

    def open(self, path):
        """Go to a page and return the window."""
        self.page.goto(path)
        return self.page

    def close(self):
        """Close the window; return the errors meanwhile."""
        self.context.close()
        return [each for each in self.complaints if not any(text in each for text in self._expected)]

    def barriers(self, scheme):
        """Return the barriers for people, by the rules of WCAG 2.2 AA as far as a program can tell."""
        self.page.emulate_media(color_scheme=scheme)
        only = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
        found = Axe().run(self.page, options=only).response["violations"]
        return [f"{each['id']}: {node['target']} {node['html']}" for each in found for node in each["nodes"]]

    def moment(self):
        """Return the time on the page's own clock, once its present state is painted."""
        return self.page.evaluate(PAINTED)

    def shifted(self, since):
        """Return how far things moved since a moment without anybody's doing, as browsers measure it."""
        now = self.moment()
        shifts = self.page.evaluate("window.shifts.map((each) => [each.startTime, each.value])")
        return sum(value for at, value in shifts if since < at <= now)

    def overflow(self):
        """Return by how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    def drop(self, *paths, selector=".drop"):
        """Drop files or folders of this machine on an element, as from the desktop."""
        box = self.page.locator(selector).bounding_box()
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 10}
        devtools = self.context.new_cdp_session(self.page)
        for kind in DRAG:
            devtools.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})
        devtools.detach()

    def _request(self, request):
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.complaints.append(f"another host: {request.url}")

    def _console(self, message):
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text} {message.location.get('url', '')}")


@contextmanager
def looked_after(request, shots, open_one):
    """Return a function that opens windows as `open_one` does, for one test.

    Whatever any of them complains of fails the test; of a test that fails, the windows' last sight is kept.
    """
    opened, failures = [], request.session.testsfailed

    def open_window(*arguments, **options):
        opened.append(open_one(*arguments, **options))
        return opened[-1]

    yield open_window
    if request.session.testsfailed > failures:
        for number, each in enumerate(opened):
            each.page.screenshot(path=shots / f"{request.node.name}, {number}.png", full_page=True)
    assert [complaint for each in opened for complaint in each.close()] == []
