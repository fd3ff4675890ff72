"""The sentence by which a stub asks for its solution."""

import ast

import pytest

from grader.template.layout import LINE_LENGTH
from grader.template.stubs import cut


def request_of(docstring):
    """Return the body of `tie`, a function of that docstring, in the template: the text and its lines."""
    template = cut(f"def tie():\n    {docstring}\n    return 1\n")
    error = ast.parse(template).body[0].body[-1].exc
    return error.args[0].value, template.splitlines()


@pytest.mark.parametrize(
    ("docstring", "asked"),
    [
        ('"""Return 0.5 of it; e.g. a half."""', "tie: return 0.5 of it; e.g. a half"),
        ('"""MNIST is read."""', "tie: MNIST is read"),
        ('"""A knot"""', "tie: a knot"),
        ('"""Return "yes" or \'no\'."""', "tie: return \"yes\" or 'no'"),
        ('"""Return "yes"! Never no."""', 'tie: return "yes"!'),
        ('r"""Return a \\ and go."""', "tie: return a \\ and go"),
    ],
)
def test_the_words_of_a_request(docstring, asked):
    """The stub has the first sentence unchanged, except for its first letter and its full stop."""
    assert request_of(docstring)[0] == asked


def test_a_long_request_is_folded():
    """A request that is too long for a line is folded between words, and loses none."""
    words = "return the knot that holds best when the rope is wet and the load is " + "very " * 30 + "heavy"

    asked, lines = request_of(f'"""{words.capitalize()}."""  # noqa: E501')

    assert asked == f"tie: {words}"
    assert all(len(line) <= LINE_LENGTH for line in lines[2:])
    assert len(lines) > len(["def", "docstring", "raise", "text", ")"])
