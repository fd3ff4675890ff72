"""The handout in a browser: contents beside the text, formulas, dark figures, and links to places."""

import pytest

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}
PATH = "/assignments/sums/handout"
WIDER_THAN_THEIR_BOX = """() => [...document.querySelectorAll("article *")]
    .filter((each) => each.getBoundingClientRect().right > window.innerWidth + 1)
    .filter((each) => !each.closest(".overflow, .formula"))
    .map((each) => each.outerHTML.slice(0, 200))"""
INK = "getComputedStyle(document.querySelector('.figure text')).fill"
TEXT = "getComputedStyle(document.body).color"


def test_the_contents_stand_beside_the_text(visit, shots):
    """On a wide screen the contents stay in sight, with all sections, while the text goes by."""
    page = visit("anna", viewport=WIDE).open(f"{PATH}#section-5-4")
    contents, heading = page.locator(".contents"), page.locator("#section-5-4")

    page.screenshot(path=shots / "handout, wide.png")
    box, text = contents.bounding_box(), heading.bounding_box()

    assert box["x"] + box["width"] <= text["x"]
    assert 0 <= text["y"] < WIDE["height"]
    assert contents.get_by_role("link", name="5.4 Broadcasting").is_visible()


def test_on_a_phone_only_boxes_scroll(visit):
    """Nothing is wider than the page but formulas, tables, code and figures, which scroll in their boxes."""
    window = visit("anna", viewport=NARROW)
    page = window.open(PATH)

    assert page.evaluate(WIDER_THAN_THEIR_BOX) == []
    assert window.overflow() <= 0
    assert page.locator(".contents a").filter(has_text="More bonuses").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_have_the_colour_of_the_text(visit, shots, scheme):
    """The words in a drawing have the page's own colour in either scheme."""
    page = visit("anna", viewport=WIDE, color_scheme=scheme).open(PATH)
    page.locator(".figure").first.scroll_into_view_if_needed()
    page.screenshot(path=shots / f"handout, figure, {scheme}.png")

    assert page.evaluate(INK) == page.evaluate(TEXT)


def test_formulas_are_drawn(visit):
    """The browser draws MathML: a fraction is higher than a letter, and no source is left."""
    page = visit("anna", viewport=WIDE).open(PATH)
    fraction = page.locator("math[display=block] mfrac").first.bounding_box()
    letter = page.locator("math mi").first.bounding_box()

    assert fraction["height"] > 1.5 * letter["height"]
    assert "\\frac" not in page.locator("article").inner_text()


def test_a_report_leads_to_the_section_and_back(visit, exhibition):
    """The section of a report's next step is a link into the handout, whose problems lead to the report."""
    page = visit("anna", viewport=WIDE).open(f"/submissions/{exhibition.ids['graded']}")
    section = page.locator("a[href*='handout#section-']").first
    anchor = section.get_attribute("href").partition("#")[2]

    section.click()
    page.wait_for_url(f"**/handout#{anchor}")
    assert 0 <= page.locator(f"#{anchor}").bounding_box()["y"] < WIDE["height"]

    page.locator("#problem-value_add").get_by_role("link", name="Report").click()
    page.wait_for_url("**/submissions/*#problem-value_add")


def test_paper_has_the_text_alone(visit):
    """In print the text takes the page's width, without contents and links to reports."""
    page = visit("anna", viewport=WIDE).open(PATH)
    page.emulate_media(media="print")

    assert page.locator("article").bounding_box()["x"] < 200
    assert page.locator("article").bounding_box()["width"] > 600
    assert not page.locator(".contents").is_visible()
    assert page.locator(".own .badge").first.is_visible()
    assert not page.locator(".own a").first.is_visible()
