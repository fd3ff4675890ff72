"""Expected and actual side by side: the mark of their first difference."""

import pytest

from grader.render.first_difference import SHORT, compare

LINES = "\n".join(["9"] * SHORT)


def pieces(text):
    """Return a marked text as a tuple."""
    return text.before, text.marked, text.after


@pytest.mark.parametrize(
    ("expected", "actual", "marked"),
    [
        ("0.5", "2.0", ("0.5", "2.0")),
        ("[1. 2. 3.]", "[1. 5. 6.]", ("2.", "5.")),
        ("[ 1.  2.]", "[1. 2.5]", ("2.", "2.5")),
        ("[[1. 2.]\n [3. 4.]]", "[[1. 2.]\n [3. 9.]]", ("4.", "9.")),
        ("(2, 3)", "(3,)", ("2", "3")),
        ("[1. 2.]", "[[1. 2.]]", ("1.", "[")),
        ("float32", "float64", ("float32", "float64")),
        ("True", "an object of type Value", ("True", "an")),
    ],
)
def test_first_difference(expected, actual, marked):
    """The first number, word or bracket that differs is marked, as a whole, for any spacing."""
    both = compare(expected, actual)

    assert (both.expected.marked, both.actual.marked) == marked
    assert "".join(pieces(both.expected)) == expected
    assert "".join(pieces(both.actual)) == actual


def test_rounding_is_passed_over():
    """A number that is right but for rounding is not the first difference."""
    both = compare("[0.30000000 1.0]", "[0.30000001 2.0]")

    assert (both.expected.marked, both.actual.marked) == ("1.0", "2.0")


def test_only_rounding_differs():
    """When nothing differs but by rounding, that is marked after all."""
    both = compare("[1.0 0.30000000]", "[1.0 0.30000001]")

    assert (both.expected.marked, both.actual.marked) == ("0.30000000", "0.30000001")


def test_one_is_longer():
    """In the longer of two texts the first token that the other lacks is marked."""
    both = compare("a b", "a b c")

    assert pieces(both.expected) == ("a b", "", "")
    assert pieces(both.actual) == ("a b ", "c", "")


@pytest.mark.parametrize("text", ["", "[1. 2.]", "nan"])
def test_equal_texts(text):
    """Nothing is marked in equal texts."""
    both = compare(text, text)

    assert pieces(both.expected) == pieces(both.actual) == (text, "", "")


@pytest.mark.parametrize(
    ("expected", "actual", "is_long"),
    [("1", "2", False), (LINES, "3", False), (LINES + "\n9", "3", True), ("3", LINES + "\n9", True)],
)
def test_long(expected, actual, is_long):
    """A comparison is long as soon as one of the texts has more lines than a card shows."""
    assert compare(expected, actual).is_long is is_long
