"""The colours of the pages: enough contrast in light, in dark and on paper, and never without a word."""

import re

import pytest

from grader.render.html import stylesheet
from grader.render.marks import MARKS
from tests.grader.support.page import page


def palettes():
    """Return the colours of the stylesheet by name: in light, in dark, in print."""
    lists = re.findall(r":root \{(.*?)\}", stylesheet(), re.DOTALL)
    light, dark, paper = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", one)) for one in lists)
    return {"light": light, "dark": dark, "print": {**light, **paper}}


def luminance(colour):
    """Return the relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Return the contrast of two colours: 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


TEXT_COLOURS = ("ink", "muted", "link", "passed", "partial", "failed", "error", "not-judged")
PAIRS = [*((text, ground) for text in TEXT_COLOURS for ground in ("paper", "panel")), ("ink", "highlight")]


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast(scheme, text, ground):
    """Every colour of text has the contrast that WCAG AA asks for on whatever it stands."""
    colours = palettes()[scheme]

    assert contrast(colours[text], colours[ground]) >= 4.5


def test_every_colour_is_known():
    """No colour stands outside the lists that the contrasts are computed from."""
    css = stylesheet()

    rules = re.sub(r":root \{.*?\}", "", css, flags=re.DOTALL)

    assert not re.search(
        r"#[0-9a-fA-F]{3,8}\b|rgb|hsl|\b(white|black|gray|grey)\b", rules.replace("white-space", "")
    )
    assert (
        set(palettes()["light"])
        == set(palettes()["dark"])
        == {*TEXT_COLOURS, "paper", "panel", "line", "highlight"}
    )
    assert set(re.findall(r"var\(--([\w-]+)\)", css)) <= set(palettes()["light"])


def test_contrast_of_the_bar():
    """Earned points stand out from lost ones."""
    for colours in palettes().values():
        assert contrast(colours["ink"], colours["line"]) >= 3


@pytest.mark.parametrize("mark", MARKS.values(), ids=lambda mark: mark.name)
def test_every_mark_has_a_colour(mark):
    """The stylesheet knows every outcome, and none differs by its colour alone."""
    assert f".badge.{mark.name} {{ color: var(--" in stylesheet()
    assert mark.glyph
    assert mark.word


def test_both_schemes_and_paper():
    """The page follows the reader's light or dark, and has rules for paper."""
    assert "@media screen and (prefers-color-scheme: dark)" in stylesheet()
    assert "@media print" in stylesheet()
    assert {"name": "color-scheme", "content": "light dark"} in [attributes for _, attributes in page().tags]
