"""Ways to read and to act: by keyboard alone, on paper, without scripts; others may not read."""

import pytest

from grader.core.rubric import parse_rubric
from grader.core.scoring import Outcome, TestResult, score
from grader.render.html import render_html
from tests.grader.e2e.exhibition import UPLOAD_BYTES
from tests.grader.e2e.test_every_page import address
from tests.grader.support.api import zipped
from tests.grader.support.reports import report
from tests.grader.support.small_assignments import ROOT

FOCUS = """() => {
  const on = document.activeElement;
  const style = getComputedStyle(on);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return { at: [...document.querySelectorAll("*")].indexOf(on), end: on === document.body, seen };
}"""
REACHABLE = """() => {
  const every = [...document.querySelectorAll("*")];
  const able = "a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']";
  const groups = new Set();
  return every.flatMap((each, place) => {
    if (!each.matches(able) || each.disabled || !each.checkVisibility()) return [];
    if (each.type === "radio" && (!each.checked || groups.has(each.name))) return [];
    if (each.type === "radio") groups.add(each.name);
    return [place];
  });
}"""
MOST_STOPS = 400


def stops(page):
    """Go through a page by the Tab key; return where the focus was, and where it could not be seen."""
    places, unseen = [], []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["end"]:
            break
        places.append(focus["at"])
        unseen += [] if focus["seen"] else [focus["at"]]
    return places, unseen


@pytest.mark.parametrize("name", ["sign in", "assignment", "comparison", "submission, graded", "overview"])
def test_the_keyboard_reaches_everything(exhibition, visit, name):
    """Tab goes to each link, button, field and fold once, in the order of the page, and the focus is seen."""
    reader, path = address(exhibition, name)
    page = visit(reader).open(path)
    page.evaluate("document.activeElement.blur()")

    places, unseen = stops(page)

    assert places == page.evaluate(REACHABLE)
    assert unseen == []


def test_the_keyboard_skips_to_the_content(exhibition, visit):
    """The first stop of a page leads past its head."""
    page = visit("anna").open("/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.url == f"{exhibition.site.url}/#content"


def test_handing_in_by_keyboard(visit):
    """The form is sent by the Enter key on its button."""
    page = visit("ben").open("/assignments/sums")
    page.set_input_files("#archive", {"name": "a.zip", "mimeType": "", "buffer": zipped(x="by keyboard")})

    page.locator("#hand-in button").focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/submissions/*")


def test_a_report_on_paper(exhibition, visit, shots):
    """Printed, the report has its verdict and reasons, and nothing that is for a screen only."""
    window = visit("anna")
    page = window.open(f"/submissions/{exhibition.ids['graded']}")

    page.emulate_media(media="print")
    content = page.pdf(path=shots / "submission, graded.pdf")

    assert content.startswith(b"%PDF")
    assert page.locator(".total").is_visible()
    assert page.locator(".failure").first.is_visible()
    for gone in (".top", ".trail", ".acts", ".margin", ".history .go"):
        assert not page.locator(gone).first.is_visible(), gone


def test_what_is_somebody_elses_is_not_shown(exhibition, visit):
    """Ben, who has the address of anna's report, reads that the page is not found."""
    window = visit("ben")
    window.expect("404")

    page = window.open(f"/submissions/{exhibition.ids['graded']}")

    assert page.locator("h1").inner_text() == "Page not found"
    assert "anna" not in page.content()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no zip at all", "rule: not-a-zip"), (bytes(20 * UPLOAD_BYTES), "The upload is too large")],
    ids=["refused", "too large"],
)
def test_a_refusal_without_scripts(visit, content, words):
    """Without scripts a page explains the refusal."""
    window = visit("ben", java_script_enabled=False)
    for status in ("422", "413"):
        window.expect(status)
    page = window.open("/assignments/sums")

    page.set_input_files("#archive", {"name": "a.zip", "mimeType": "application/zip", "buffer": content})
    page.click("#hand-in button")

    page.get_by_text(words).wait_for()


def test_the_report_of_a_template_is_short(chromium):
    """At 1280 pixels the report on untouched work takes three screens at most, the frame included."""
    rubric = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
    results = [
        TestResult(f"test_{number}", problem.tests, Outcome.NOT_WRITTEN, message="not written yet")
        for problem in rubric.problems
        for number in range(10)
    ]
    expected = {each.tests: [f"test_{number}" for number in range(10)] for each in rubric.problems}
    page = chromium.new_page(viewport={"width": 1280, "height": 720})

    page.set_content(render_html(report(score=score(rubric, expected, results))))
    height = page.evaluate("document.documentElement.scrollHeight")
    page.close()

    assert height <= 3 * 720 - 240


def test_a_row_of_the_history_is_a_target(exhibition, visit):
    """A row leads to its submission, and its links say which one, and which pair they compare."""
    page = visit("anna", viewport={"width": 1280, "height": 900}).open("/assignments/sums")
    row = page.locator(".history tbody tr").last

    link = row.get_by_role("link").first.bounding_box()
    compared = page.locator(".history tbody tr").first.get_by_role("link", name="Compare submission")
    assert compared.count() == 1
    row.locator("td").first.click(force=True)  # the link of the row lies over it

    page.wait_for_url(f"**/submissions/{exhibition.ids['graded']}")
    assert link["width"] >= 60


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_theme_without_scripts(exhibition, visit, scheme):
    """The menu of themes works without scripts, and paints the page in the chosen colours."""
    page = visit("anna", java_script_enabled=False, color_scheme="light").open("/")

    page.locator("summary[aria-label='Theme']").click()
    page.get_by_role("button", name=scheme.capitalize()).click()

    page.wait_for_url(f"{exhibition.site.url}/")
    ground = page.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
    assert ground == {"light": "rgb(248, 247, 243)", "dark": "rgb(18, 19, 23)"}[scheme]
