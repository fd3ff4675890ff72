"""The colours of the pages: enough contrast in light, in dark and on paper, and never without a word."""

import re

import pytest

from grader.render.html import stylesheet
from grader.render.marks import MARKS
from grader.web.pages import assets
from tests.grader.support.page import page

PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6,8}), (#[0-9a-f]{6,8})\);")
TINTS = ("accent", "pass", "part", "fail", "crash", "ours")
GROUNDS = ("page", "surface", "sunk", "raised")
TEXTS = [
    *((text, ground) for text in ("ink", "ink-2", *TINTS) for ground in GROUNDS),
    *((text, f"{tint}-tint") for tint in TINTS for text in (tint, "ink", "ink-2")),
    *(("ink", heat) for heat in ("h0", "h1", "h2")),
    ("on-h3", "h3"),
    ("on-h4", "h4"),
    ("on-solid", "solid"),
    ("on-solid", "solid-2"),
    *((code, ground) for code in ("keyword", "string") for ground in ("surface", "sunk")),
]
SHAPES = [
    ("control", "page"),
    ("control", "surface"),
    ("accent", "page"),
    ("bar", "surface"),
    ("bar", "bar-2"),
]


def pages_stylesheet():
    """Return the stylesheet of pages, that of reports included."""
    return assets._content(assets.STYLE).decode()  # noqa: SLF001 - as it is served


def palettes():
    """Return the colours of the stylesheet by name: in light, in dark, in print."""
    screen, paper = stylesheet().split("@media print", 1)
    pairs = PAIR.findall(screen)
    light, dark = ({name: found[i] for name, *found in pairs} for i in (0, 1))
    return {
        "light": light,
        "dark": dark,
        "print": {**light, **{name: one for name, one, _ in PAIR.findall(paper)}},
    }


def luminance(colour):
    """Return the relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Return the contrast of two colours: 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_contrast(scheme, text, ground):
    """Every colour of text has the contrast that WCAG AA asks for on each of its grounds."""
    colours = palettes()[scheme]

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_contrast_of_shapes(scheme, shape, ground):
    """The edges of controls and the earned part of a bar stand out from their ground."""
    colours = palettes()[scheme]

    assert contrast(colours[shape], colours[ground]) >= 3


def test_every_colour_is_known():
    """Colours stand in the tokens only, which the contrasts are computed from, and each has both schemes."""
    css = pages_stylesheet()

    rules = PAIR.sub("", css).replace("white-space", "")

    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl|\b(white|black|gray|grey)\b", rules)
    tokens = set(re.findall(r"--([\w-]+):", css))
    assert set(re.findall(r"var\(--([\w-]+)\)", css)) <= tokens


def test_every_token_is_used():
    """No token is left over from a rule that went, besides those of pages to come."""
    css = pages_stylesheet()

    unused = {name for name in re.findall(r"--([\w-]+):", css) if f"var(--{name})" not in css}

    assert unused <= {"accent-line"}


@pytest.mark.parametrize("mark", MARKS.values(), ids=lambda mark: mark.name)
def test_every_mark_has_a_colour(mark):
    """The stylesheet knows every outcome, and none differs by its colour alone."""
    assert f".badge.{mark.name} {{ color: var(--" in stylesheet()
    assert mark.glyph
    assert mark.icon
    assert mark.word


def test_both_schemes_and_paper():
    """The page follows the reader's light or dark, and paper is light."""
    assert "color-scheme: light dark;" in stylesheet()
    assert re.search(r"@media print \{\s*:root, \[data-theme\] \{ color-scheme: light;", stylesheet())
    assert {"name": "color-scheme", "content": "light dark"} in [attributes for _, attributes in page().tags]
