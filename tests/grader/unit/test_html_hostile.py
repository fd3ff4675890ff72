"""Any text of a submission arrives on the page as text, and never as anything else."""

import base64
import hashlib
import re

import pytest

from grader.core.scoring import Outcome
from grader.render.html import render_html, stylesheet
from tests.grader.support.page import Page, page
from tests.grader.support.reports import report, result

FAILED = Outcome.FAILED

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "single quotes": "' onmouseover='alert(1)",
    "end of pre": "</pre></details></main><h1>104 / 104</h1>",
    "end of style": "</style><style>* { display: none }",
    "comment": "<!-- <![CDATA[",
    "entity": "&lt;b&gt; &#60;",
    "template": "{{ 7 * 7 }}{% raw %}{# #}",
    "formula": '=HYPERLINK("http://x.example")',
    "address": "javascript:alert(1) http://x.example/",
    "very long line": "x" * 20_000,
    "right to left": "\N{HEBREW LETTER ALEF}\N{ARABIC LETTER ALEF}",
}
CLEANED = {
    "terminal escapes": ("\x1b[31mred\x1b[0m \x1b]0;title\x07", "red "),
    "bidi overrides": ("a\u202eb\u2066c", "a\ufffdb\ufffdc"),
    "controls": ("a\x00b\x08c\x7f", "a\ufffdb\ufffdc\ufffd"),
    "surrogate": ("a\udc80b", "a\ufffdb"),
}
TEXTS_OF_A_TEST = ("name", "description", "message", "expected", "actual", "hint")
PLACES = (*TEXTS_OF_A_TEST, "second line", "output", "files", "notes")


def with_text(place, text):
    """Return the source of the page of a report that has `text` in some place."""
    plain = {"outcome": FAILED, "message": "wrong", "expected": "E", "actual": "A"}
    if place in TEXTS_OF_A_TEST:
        return render_html(report(result(**{**plain, place: text})))
    if place == "second line":
        return render_html(report(result(**{**plain, "message": f"wrong\n{text}"})))
    return render_html(report(result(**plain), **{place: text if place == "output" else (text,)}))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("place", PLACES)
def test_hostile_text_is_text(place, name):
    """Any text of a submission is shown unchanged, and adds no tag and no attribute."""
    text = HOSTILE[name]

    source = with_text(place, text)

    assert text in Page(source).text
    assert "<script" not in source
    assert Page(source).tags == Page(with_text(place, "y" * len(text))).tags


@pytest.mark.parametrize("name", CLEANED)
@pytest.mark.parametrize("place", PLACES)
def test_controls_do_not_arrive(place, name):
    """Escapes, controls and direction overrides are taken out even if a report still holds them."""
    hostile, clean = CLEANED[name]

    source = with_text(place, hostile)

    assert clean in Page(source).text
    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", source
    )


def test_the_title_is_text():
    """The assignment's title is escaped in the heading and in the window's title."""
    source = render_html(report(title="<i>&"))

    assert "<i>" not in source
    assert source.count("&lt;i&gt;&amp;") == 2


def test_nothing_is_loaded():
    """The page asks for no other file, and its links lead to its own pieces, each with an id of its own."""
    found = page(result(outcome=FAILED))
    ids = found.attributes("id")

    assert {tag for tag, _ in found.tags}.isdisjoint(
        {"script", "link", "img", "iframe", "object", "base", "form"}
    )
    assert found.attributes("src") == found.attributes("style") == []
    assert all(target[0] == "#" and target[1:] in ids for target in found.attributes("href"))
    assert len(ids) == len(set(ids))
    assert "url(" not in stylesheet()
    assert "@import" not in stylesheet()


def test_policy():
    """The page's own policy allows its one stylesheet, by hash, and nothing else."""
    source = render_html(report())
    style = re.search("<style>(.*)</style>", source, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    policy = next(
        a["content"] for _, a in Page(source).tags if a.get("http-equiv") == "Content-Security-Policy"
    )

    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_the_stylesheet_ends_where_it_should():
    """The stylesheet holds nothing that would end its element."""
    assert "<" not in stylesheet()


@pytest.mark.parametrize("character", ['"', "&", "\N{SNAKE}", "x"])
def test_size(character):
    """A page stays below a megabyte when everything fails at the greatest length."""
    lost = [
        result(
            name=f"test_{i}_{'n' * 60}",
            outcome=FAILED,
            description="It is a sentence of the usual length, which says what the test looks at. " * 2,
            message=f"{i}" + character * 4_000,
            expected=character * 2_000,
            actual=f"{i}" + character * 1_990,
            hint="Look at it again. " * 5,
        )
        for i in range(350)
    ]
    files = tuple(character * 240 for _ in range(500))

    source = render_html(
        report(*lost, output=character * 65_536, files=files, notes=[character * 200] * 1_000)
    )

    assert len(source.encode()) < 1_000_000
    assert len(Page(source).tags) > 350
