"""Attempts: the history by pointer and keyboard, a comparison without scripts, and the look of waiting."""

import re

import pytest

from tests.grader.e2e.test_every_page import address

WIDTHS = (320, 390, 1280)
PLACES = ("assignment", "submission, for staff", "submission, cancelled")
STATES = (
    *("comparison", "comparison, code"),
    *("submission, queued", "submission, training", "submission, superseded"),
)
CLIPPED = """() => [...document.querySelectorAll(".history .go a")].filter((each) => {
  const box = each.getBoundingClientRect();
  return box.left < 0 || box.right > innerWidth || box.width === 0 || !each.checkVisibility();
}).length"""
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll("svg.axes text")].map((each) => each.getBoundingClientRect());
  return boxes.filter((box) => box.left < 0 || box.right > innerWidth || box.height < 9).length;
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PLACES)
def test_no_width_clips_a_way_to_compare(exhibition, visit, name, width):
    """Each row's link to compare is whole within the window, without scrolling sideways."""
    reader, path = address(exhibition, name)
    window = visit(reader, viewport={"width": width, "height": 900})

    page = window.open(path)

    assert page.locator(".history .go a").count() > 2
    assert page.evaluate(CLIPPED) == 0
    assert window.overflow() <= 0


@pytest.mark.parametrize("width", [390, 1280])
def test_a_whole_row_is_a_target(visit, width):
    """A click on the score of a row opens the submission, and one on its link compares."""
    page = visit("anna", viewport={"width": width, "height": 900}).open("/assignments/sums")
    row = page.locator(".history tbody tr").filter(has=page.locator(".go a")).first
    there = row.locator("th a").get_attribute("href")

    box = row.locator(".score-cell").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(f"**{there}")
    page.go_back()
    row.get_by_role("link", name="Compare").click()

    page.wait_for_url("**/compare?*")
    page.get_by_role("heading", name="Tests that changed").wait_for()


def test_no_radio_buttons_choose_what_to_compare(visit):
    """The history has links only, each with words."""
    page = visit("anna").open("/assignments/sums")

    assert page.locator(".history input").count() == 0
    assert all(
        text.startswith("Compare submission") for text in page.locator(".go a").all_text_contents() if text
    )


def test_the_points_of_the_scores_by_keyboard(exhibition, visit):
    """Tab reaches each point, which shows its value; Enter opens its submission."""
    page = visit("anna").open("/assignments/sums")
    point = page.locator(".scores .point").first

    point.focus()

    assert page.evaluate("document.activeElement.getAttribute('aria-label')").endswith("points")
    assert point.locator(".value").evaluate("(each) => getComputedStyle(each).opacity") == "1"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/submissions/{exhibition.ids['graded']}")


def test_any_pair_is_compared_without_scripts(exhibition, visit):
    """Two selects and a button make another comparison."""
    first, second = exhibition.ids["graded"], exhibition.ids["flawless"]
    page = visit("anna", java_script_enabled=False).open(f"/compare?a={first}&b={second}")

    page.get_by_label("From").select_option(exhibition.ids["old code"])
    page.get_by_label("To", exact=True).select_option(exhibition.ids["new code"])
    page.get_by_role("button", name="Compare").click()

    page.get_by_text("raises the error of").first.wait_for()


@pytest.mark.parametrize("look", [(width, scheme) for width in WIDTHS for scheme in ("light", "dark")])
@pytest.mark.parametrize("name", STATES)
def test_each_state_fits(exhibition, visit, shots, name, look):
    """Nothing is wider than the window, and the text of charts stays within it at its own size."""
    width, scheme = look
    reader, path = address(exhibition, name)
    window = visit(reader, viewport={"width": width, "height": 900}, color_scheme=scheme)

    page = window.open(path)
    page.screenshot(path=shots / f"{name}, {width}, {scheme}.png", full_page=True)

    assert window.overflow() <= 0
    assert page.evaluate(OVERLAPS) == 0


def test_the_queue_is_no_void(exhibition, visit):
    """What waits shows its place large, no count of tests that are not known, and nothing below."""
    page = visit("anna").open(f"/submissions/{exhibition.ids['queued']}")

    number = page.locator(".now-number strong")
    assert re.fullmatch(r"\d+", number.inner_text())
    assert page.get_by_text("Your earlier submission is being graded; this one follows").is_visible()
    assert page.locator(".tests-live, .training").count() == 0
    assert not page.get_by_text("The losses as numbers").is_visible()
    assert page.locator("section.now").bounding_box()["height"] < 400


def test_the_loss_has_axes(exhibition, visit):
    """The curve has numbers at both axes, their units, and its newest value; no percentage stands alone."""
    page = visit("anna").open(f"/submissions/{exhibition.ids['training']}")

    words = page.locator(".training svg text").all_text_contents()

    assert words[0] == "loss"
    assert "epochs done" in words
    assert {"0", "1", "2", "3"} <= set(words)
    assert "epoch 3 of 3" in page.locator(".training header").inner_text()
    assert not re.search(r"\d %(?! of the batches)", page.locator("main").inner_text())
