"""A report made fit for a page: clean texts, of which the longest are cut until all fit."""

import html

import pytest

from grader.core.scoring import Outcome
from grader.render.fitting import cut, escaped_size, fit
from tests.grader.support.reports import report, result

LOST = Outcome.FAILED


def messages(found):
    """Return the messages of the first problem's tests."""
    return [one.message for one in found.score.problems[0].results]


def test_what_fits_stays():
    """A report that fits is not changed."""
    whole = report(result(outcome=LOST, message="a\n\tb", expected="1", actual="2"), output="é" * 100)

    assert fit(whole, 1_000) == whole


def test_the_longest_are_cut():
    """Long texts are cut to one length, short ones stay as they are."""
    whole = report(
        result(name="a", outcome=LOST, message="m" * 5_000),
        result(name="b", outcome=LOST, message="short"),
        output="o" * 9_000,
    )

    found = fit(whole, 2_000)

    first, second = messages(found)
    assert first.startswith("mmm")
    assert first.endswith(" [cut]")
    assert second == "short"
    assert len(first) == len(found.output)
    assert 1_900 < len(first) + len(second) + len(found.output) <= 2_000


@pytest.mark.parametrize("character", ["x", "<", "&", '"', "'", "é", "\N{SNAKE}"])
def test_the_size_is_that_of_the_page(character):
    """A text counts as many bytes as it takes on the page."""
    found = cut(character * 1_000, 300)

    assert found.endswith(" [cut]")
    assert 290 < len(html.escape(found).replace("&quot;", "&#34;").replace("&#x27;", "&#39;").encode()) <= 300
    assert escaped_size(found) <= 300


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\u202eb", "a\N{REPLACEMENT CHARACTER}b"),
        ("bell\x07", "bell\N{REPLACEMENT CHARACTER}"),
        ("\ud800", "\N{REPLACEMENT CHARACTER}"),
    ],
)
@pytest.mark.parametrize("place", ["name", "description", "message", "expected", "actual", "hint"])
def test_texts_of_a_test_are_clean(place, text, clean):
    """No text of a test keeps escapes, controls or marks of direction."""
    found = fit(report(result(**{place: text})), 1_000)

    assert getattr(found.score.problems[0].results[0], place) == clean


def test_texts_of_a_report_are_clean():
    """Nor do the output, the names of files and the notes."""
    found = fit(report(output="\x1b[1mo", files=("f\x00",), notes=("n\u2066",)), 1_000)

    assert (found.output, found.files, found.notes) == ("o", ("f\ufffd",), ("n\ufffd",))


def test_points_stay():
    """Cutting touches no points."""
    whole = report(result(outcome=LOST, message="m" * 5_000), result(name="b"))

    found = fit(whole, 100)

    assert found.score.score == whole.score.score
    assert [one.outcome for one in found.score.problems[0].results] == [LOST, Outcome.PASSED]
