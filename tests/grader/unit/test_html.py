"""The report as a page: complete, helpful parts first, and clear about whose fault it is."""

import pytest

from grader.core.report import Status, status_of
from grader.core.scoring import Outcome, score
from grader.render.html import environment, render_html
from tests.grader.support.page import page
from tests.grader.support.reports import PASSED, RUBRIC, report, result

FAILED, ERROR, NOT_JUDGED = Outcome.FAILED, Outcome.ERROR, Outcome.NOT_JUDGED


def not_gradable():
    """Return the page of a submission that cannot be imported."""
    message = 'tests/adapters.py cannot be imported: SyntaxError\n  File "smulgrad/engine.py", line 3'
    lost = [result(one.group, one.name, ERROR, message=message) for one in PASSED]
    return page(*lost, status=Status.NOT_GRADABLE)


def not_judged(group):
    """Return the page of a report in which our own fault kept a class from being judged."""
    broken = result(group, outcome=NOT_JUDGED, message="the grader could not judge this test")
    return page(broken, status=status_of(report(broken).score, loadable=True))


def test_score_and_bonus_apart():
    """The score and the bonus are two numbers."""
    words = page(result(), result(name="b", outcome=FAILED)).words

    assert "3.50 / 5 points" in words
    assert "4 / 4 bonus not in the score" in words


def test_no_bonus():
    """An assignment graded without a bonus says nothing of one."""
    scored = report().score

    words = page(score=type(scored)(scored.parts, ())).words

    assert "bonus" not in words.lower()


def test_next_step():
    """One next step is given: the earliest problem that lost points, with section, hint and command."""
    words = page(result("TestTaking", outcome=FAILED), result("TestRoots", outcome=FAILED)).words

    assert "Next step: Subtraction [lightbulb] Take them away. Worth 2 points." in words
    assert "Handout, section 2.2 uv run pytest -k TestTaking" in words
    assert words.count("Next step") == 1


def test_no_next_step():
    """When nothing was lost the page says so."""
    words = page().words

    assert "All 5 points No test of the parts was lost." in words
    assert "Next step" not in words


def test_order():
    """Helpful parts come first."""
    words = page(result(outcome=FAILED), output="printed", notes=("noted",)).words
    titles = [
        "Sums",
        "5 points",
        "Next step",
        "First part 2.00 / 5 [x] failed Addition",
        "Subtraction",
    ]
    evidence = [
        "[check] passed Extra part 1 problem 4.00 / 4",
        "Printed output",
        "Files graded",
        "Grading details",
        "Notes 1 note noted",
    ]

    places = [words.find(title) for title in [*titles, *evidence]]

    assert -1 not in places
    assert places == sorted(places)


def test_evidence():
    """The page has the grading details."""
    words = page(seconds=1.26).words

    for fact in (
        "ab" * 32,
        "cd" * 32,
        "ef" * 32,
        "0123456789ab",
        "process. Isolation: none",
        "3 tests",
        "took 1.3 s",
    ):
        assert fact in words
    assert "2026-11-23 10:00:01 UTC" in words


def test_no_output_no_notes():
    """Without output the page says so; without notes it says nothing."""
    words = page().words

    assert "The submission printed nothing." in words
    assert "Notes" not in words


def test_many_files():
    """A very long list of files ends in the number of the rest."""
    assert "f499 and 100 more" in page(files=tuple(f"f{i}" for i in range(600))).words


def test_grader_error():
    """A failure of ours is a state of the page, not a score."""
    words = not_judged("TestAdding").words

    assert words.startswith("Sums: not graded Skip to the content Sums")
    assert "No score" in words
    assert "Grading failed on our side. No attempt used." in words
    assert "/ 5 points" not in words
    assert "Next step" not in words
    assert "Total" not in words


def test_a_problem_that_was_not_judged():
    """A problem that was not judged has no points, costs none, and gives no hint."""
    found = not_judged("TestAdding")

    assert "[wrench] not judged Addition 0 of 1 test - / 3" in found.words
    assert "[wrench] not judged test_adds the grader could not" in found.words
    assert "cost" not in found.attributes("class")
    assert "Add the numbers." not in found.words


def test_bonus_not_judged():
    """A bonus that could not be judged is named and has no sum; the points of the parts are shown."""
    words = not_judged("TestRoots").words

    assert "5 / 5 points" in words
    assert "not judged / 4 bonus" in words
    assert "A part of the bonus could not be judged" in words
    assert "Not judged: Roots." in words


def test_not_gradable():
    """The page of a submission that cannot be loaded has the reason once and first; problems stay folded."""
    found = not_gradable()

    assert "The submission could not be loaded The tests could not import it" in found.words
    assert (
        'tests/adapters.py cannot be imported: SyntaxError File "smulgrad/engine.py", line 3' in found.words
    )
    assert "0 / 5 points" in found.words
    assert "Next step" not in found.words
    assert found.attributes("open") == []


def test_no_tests():
    """A problem without tests says why it earns nothing."""
    words = page(score=score(RUBRIC, {}, [])).words

    assert "[circle-slash] not run Addition 0 of 0 tests 0.00 / 3" in words
    assert "The suite has no tests for this problem" in words


@pytest.mark.parametrize(
    ("outcomes", "mark"),
    [
        (["passed", "passed"], "[check] passed"),
        (["passed", "failed"], "[contrast] partial"),
        (["failed", "failed"], "[x] failed"),
        (["error", "failed"], "[octagon-alert] crashed"),
        (["not_run", "not_run"], "[circle-slash] not run"),
        (["passed", "not_judged"], "[wrench] not judged"),
    ],
)
def test_marks(outcomes, mark):
    """A problem has a glyph, a word and a colour; earning some of the points is never shown as wrong."""
    words = page(*(result(name=str(i), outcome=Outcome(o)) for i, o in enumerate(outcomes))).words

    assert f"{mark} Addition" in words


def test_outline():
    """There is one first heading; every table has a caption, and headers with a scope."""
    found = page(result(outcome=FAILED), result(name="b"))
    tags = [tag for tag, _ in found.tags]

    assert tags.count("h1") == tags.count("main") == 1
    assert tags.count("caption") == tags.count("table") > 1
    assert len(found.attributes("scope", "th")) == tags.count("th")
    assert ("html", {"lang": "en"}) in found.tags


def test_folds():
    """Problems that lost points are open; the others are lines of a folded group, with their anchors."""
    found = page(result(outcome=FAILED))

    opened = [
        attributes.get("id") for tag, attributes in found.tags if tag == "details" and "open" in attributes
    ]
    lines = [attributes["id"] for tag, attributes in found.tags if tag == "li" and "id" in attributes]
    assert opened == ["problem-adding"]
    assert lines == ["problem-taking", "problem-roots"]


def test_same_bytes():
    """A report is rendered the same way every time, by a fresh environment too."""
    shown = report(result(outcome=ERROR, message="a\nb"), output="o", notes=("n",))

    first = render_html(shown)
    environment.cache_clear()

    assert render_html(shown) == first
