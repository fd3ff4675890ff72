"""How a stated mistake is planted: by tokens, within a function, with the line's own indentation."""

import pytest

from grader.proof.planting import Edit, NotPlanted, plant

SOURCE = b"""\
class Rope:
    def tie(self, turns):
        knot = self.fold(
            turns, tight=True
        )
        return knot

    def cut(self):
        return self.fold(1, tight=True)


RULES = {"knot": lambda g, x: g * x}
"""


def planted(find, instead, within=""):
    """Return the text after a change."""
    return plant(Edit("rope.py", find, instead, within), SOURCE).content.decode()


def test_the_layout_of_the_text_does_not_matter():
    """A text is found token by token, across line breaks and with the other kind of quotes."""
    assert "knot = None\n        return knot" in planted(
        "knot = self.fold(turns, tight = True)", "knot = None"
    )
    assert 'RULES = {"knot": None}' in planted("lambda g, x: g*x", "None")
    assert "RULES = {1: lambda" in planted("'knot'", "1")


def test_names_are_found_as_a_whole():
    """A name that only begins with the text is another name."""
    with pytest.raises(NotPlanted, match="0 times"):
        planted("RULE", "other")


def test_a_function_limits_the_search():
    """Within a function the text may be there again elsewhere."""
    assert planted("tight=True", "tight=False", "Rope.cut").count("tight=True") == 1


@pytest.mark.parametrize(
    ("find", "within", "message"),
    [
        ("tight=True", "", "2 times"),
        ("loose", "", "0 times"),
        ("knot", "Rope.splice", "no function or class"),
    ],
)
def test_a_text_that_is_not_there_once_is_refused(find, within, message):
    """A mistake that cannot be planted is an error of the catalogue, and no mistake that is caught."""
    with pytest.raises(NotPlanted, match=message):
        planted(find, "other", within)


def test_lines_that_follow_take_the_indentation_of_the_first():
    """A change of several lines is stated without the indentation of its place."""
    assert "        if turns:\n            pass\n        return knot" in planted(
        "return knot", "if turns:\n    pass\nreturn knot"
    )


def test_a_change_that_is_no_python_is_refused():
    """A misspelled change breaks the import, which every test would notice."""
    with pytest.raises(NotPlanted, match="no Python"):
        planted("return knot", "return (")


@pytest.mark.parametrize(
    ("find", "name"),
    [("return knot", "Rope.tie"), ("g * x", ""), ("def cut(self)", None), ("RULES =", None)],
)
def test_the_function_of_a_change_is_known(find, name):
    """A change lies in the innermost function that holds it; the line that defines a function is outside."""
    function = plant(Edit("rope.py", find, f"{find}"), SOURCE).function

    assert (function and function.name) == name
