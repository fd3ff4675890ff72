"""Recorded answers as a gate: a submission that holds them, and no mathematics, earns next to nothing.

Each run records the reference under three seeds, and grades players of the recording under a fourth.
"""

import re
from contextlib import closing
from fractions import Fraction
from functools import cache

import pytest

from grader.core.rubric import parse_rubric
from grader.sandbox.forking import JAIL
from grader.suite.cache import SuiteCache
from tests.assignment.samples import ROOT
from tests.grader.support.recorder.upload import FORMS, WAYS, digits_player, graded, player, record

pytestmark = pytest.mark.slow

RECORDED, PLAYED = (101, 102, 103), 104
LEFT_OUT = ("TestMNISTTraining", "TestMNISTAccuracy")  # they train for minutes
MOST = {"position": 3, "content": 3, "nearest": 3, "copies": 15}  # copying is honest where storing is asked
MOST_BONUS = 0
NEARLY_ALL = 90  # the cost of a backward pass, and answers that come in bulk, are hard to play
PAGE = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")
PLAYERS = pytest.mark.parametrize(("form", "way"), [(form, way) for form in FORMS for way in WAYS])


@pytest.fixture(scope="module")
def rubric():
    """Return the rubric, bonus parts included."""
    return parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def prepared():
    """Return the assignment with everything prepared, submissions running in the jail."""
    with closing(SuiteCache(ROOT, [JAIL])) as suite_cache, suite_cache.use() as prepared:
        yield prepared


@pytest.fixture(scope="module")
def book(prepared):
    """Return the answers of the reference under three seeds."""
    return record(prepared, RECORDED, LEFT_OUT)


@pytest.fixture(scope="module")
def played(prepared, book, rubric):
    """Return a function that grades a player under a seed that it has not recorded, each player once."""
    return cache(lambda form, way: graded(prepared, player(book, form, way), PLAYED, LEFT_OUT, rubric))


@PLAYERS
def test_recorded_answers_earn_nothing(played, form, way):
    """A player earns no more than the page of attacks says, which is little, and no bonus."""
    most, most_bonus = stated_points(form, way)

    scored, _ = played(form, way)

    assert most <= MOST[way]
    assert most_bonus <= MOST_BONUS
    assert scored.score <= most, lost_to(scored)
    assert scored.bonus <= most_bonus, lost_to(scored)


def test_published_labels_earn_nothing(prepared, rubric):
    """A table of the labels of MNIST's test images gets no point for a network that nobody trained."""
    others = sorted(prepared.suite.tests.keys() - set(LEFT_OUT))

    scored, outcome = graded(prepared, digits_player(), PLAYED, others, rubric)

    assert scored.bonus == 0, lost_to(scored)
    assert len(outcome.results) == sum(len(prepared.suite.tests[name]) for name in LEFT_OUT)
    assert all(result.outcome == "failed" for result in outcome.results)


@PLAYERS
def test_the_players_play(prepared, book, rubric, form, way):
    """Under a recorded seed a player earns nearly all points, so the gate above tests players that work."""
    scored, _ = graded(prepared, player(book, form, way), RECORDED[0], LEFT_OUT, rubric)

    assert scored.score >= NEARLY_ALL


@pytest.mark.parametrize("way", WAYS)
def test_staff_read_of_a_player_on_the_wire(played, way):
    """A player that took the connection over cannot compute the sums of the grader's own code."""
    _, outcome = played("wire", way)

    assert any("in place of the grader's own code" in note for note in outcome.staff_notes)


@pytest.mark.parametrize("way", ["content", "nearest"])
def test_staff_read_of_stored_answers(played, way):
    """A player that is right for the handout's examples and wrong for drawn numbers is noted."""
    _, outcome = played("adapters", way)

    assert any(note.startswith("Stored answers are likely") for note in outcome.staff_notes)


def stated_points(form, way):
    """Return the points and the bonus that docs/attacks.md allows a player at most."""
    row = re.search(rf"^\| `{form}/{way}` \| .* \| (\d+) of 104, (\d+) of 23 \|$", PAGE, re.MULTILINE)
    assert row, f"docs/attacks.md has no row of {form}/{way}"
    return Fraction(row[1]), Fraction(row[2])


def lost_to(scored):
    """Return which tests a player passed, by class."""
    return {
        problem.problem.tests: [result.name for result in problem.results if result.outcome == "passed"]
        for problem in scored.problems
        if problem.score
    }
