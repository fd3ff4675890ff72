"""Figures of a handout: simple drawings are a part of the page, all others are images."""

import pytest

from grader.handout.figures import inline_svg
from tests.grader.unit.test_handout import render

HEAD = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9">'
SHAPE = (
    b'<g id="a" class="b" transform="scale(1 1) rotate(0)"><path d="M1,2C3-4" fill="currentColor"/></g></svg>'
)
STYLE = b"<style>svg { color: #111 } @media (prefers-color-scheme: dark) { svg { color: #eee } }</style>"


def test_a_simple_drawing_is_inline():
    """A drawing keeps its shapes and the page's colour, and loses its ids, titles and colour rule."""
    made = inline_svg(HEAD + STYLE + b"<title>tip</title>" + SHAPE, 'A "graph"')

    assert made == (
        '<svg width="9" class="drawing" role="img" aria-label="A &quot;graph&quot;">'
        '<g transform="scale(1 1) rotate(0)"><path d="M1,2C3-4" fill="currentColor"></path></g></svg>'
    )


NOT_SIMPLE = {
    "script": HEAD + b"<script>alert(1)</script></svg>",
    "handler": HEAD + b'<rect onclick="alert(1)"/></svg>',
    "link": HEAD + b'<a href="javascript:alert(1)"><rect/></a></svg>',
    "use": HEAD + b'<use xlink:href="https://x.example/#a"/></svg>',
    "image": HEAD + b'<image href="https://x.example/"/></svg>',
    "foreign": HEAD + b'<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject></svg>',
    "other namespace": HEAD + b'<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script></svg>',
    "style": HEAD + b"<style>.b { fill: url(https://x.example/) }</style>" + SHAPE,
    "inline style": HEAD + b'<rect style="fill: red"/></svg>',
    "url": HEAD + b'<rect fill="url(https://x.example/#a)"/></svg>',
    "animation": HEAD + b'<set attributeName="href" to="javascript:alert(1)"/></svg>',
    "entity": b'<!DOCTYPE svg [<!ENTITY a "x">]>' + HEAD + b"<text>&a;</text></svg>",
    "deep": HEAD + b"<g>" * 5_000 + b"</g>" * 5_000 + b"</svg>",
    "broken": HEAD + b"<rect",
    "no drawing": b"<html/>",
    "unknown encoding": b'<?xml version="1.0" encoding="nonsense"?>' + HEAD + SHAPE,
    "large": HEAD + b" " * 60_000 + SHAPE,
    "empty": b"",
}


@pytest.mark.parametrize("name", NOT_SIMPLE)
def test_another_drawing_is_not_inline(name):
    """A drawing with anything else is no part of the page."""
    assert inline_svg(NOT_SIMPLE[name], "x") is None


def test_an_image_has_an_address_of_its_bytes():
    """Pictures that are no simple drawing are files, under names that change with them."""
    files = {"a.png": b"one", "b.svg": NOT_SIMPLE["script"], "c d.png": b"two", "same.png": b"one"}

    handout = render("![A](a.png) ![B](b.svg) ![C](c%20d.png) ![D](same.png)", figures=files)

    types = sorted(figure.media_type for figure in handout.figures.values())
    assert types == ["image/png", "image/png", "image/svg+xml"]
    assert all(f'<img src="handout/{name}"' in handout.pieces[0].html for name in handout.figures)
    assert not handout.faults


@pytest.mark.parametrize(
    "name", ["a.html", "a", "a.js", "none.png", "data:image/png;base64,AA==", "x" * 9_000]
)
def test_another_file_is_no_picture(name):
    """A picture that cannot be shown is replaced by its description, and a fault names it."""
    handout = render(f"![The graph]({name})", figures={"a.html": b"x", "a": b"x", "a.js": b"x"})

    assert "[The graph]" in handout.pieces[0].html
    assert not handout.figures
    assert len(handout.faults) == 1
    assert len(handout.faults[0]) < 300
