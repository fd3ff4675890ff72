"""Notes beside code: the lost tests that point to one place, and their points."""

from fractions import Fraction

import pytest

from grader.core.place import Evidence, Place
from grader.core.scoring import Outcome
from grader.render.notes import TITLE_CHARACTERS, notes_in, notes_of
from tests.grader.support.reports import report, result

LINE = Place("engine.py", 7, 7, "add", 5, "return a", Evidence.RAN)
FUNCTION = Place("engine.py", 0, 0, "take", 20, "", Evidence.RAN)
LOST = report(
    result(
        name="test_a", outcome=Outcome.FAILED, message="the number is wrong\nmore", expected="3", actual="2"
    ),
    result(name="test_b", outcome=Outcome.ERROR, message="ValueError: no"),
    result(name="test_c"),
    result("TestTaking", "test_takes", Outcome.FAILED, message="x" * 500),
)
PLACES = {
    ("TestAdding", "test_a"): LINE,
    ("TestAdding", "test_b"): LINE,
    ("TestTaking", "test_takes"): FUNCTION,
}


def test_tests_of_one_place_are_one_note():
    """The note costs as much as its tests together, and has the reason of the first."""
    (note,) = notes_of(LOST.score, {test: LINE for test in PLACES if test[0] == "TestAdding"})

    assert [each.name for each in note.results] == ["test_a", "test_b"]
    assert note.cost == Fraction(2)
    assert note.title == "the number is wrong: expected 3, got 2"
    assert (note.line, note.where, note.problem.problem.id) == (7, "line 7", "adding")


def test_the_costliest_place_comes_first():
    """Notes are in the order of their points; a function is named in place of a line."""
    notes = notes_of(LOST.score, PLACES)

    assert [note.where for note in notes] == ["line 7", "take"]
    assert [note.line for note in notes] == [7, 20]
    assert len(notes[1].title) == TITLE_CHARACTERS


def test_a_place_of_a_passed_test_is_no_note():
    """A place that no loss belongs to is not shown."""
    assert notes_of(report().score, {("TestAdding", "test_adds"): LINE}) == []


@pytest.mark.parametrize(("file", "lines"), [("engine.py", {7, 20}), ("other.py", set())])
def test_notes_go_by_their_line(file, lines):
    """A file shows its own notes."""
    assert set(notes_in(notes_of(LOST.score, PLACES), file)) == lines
