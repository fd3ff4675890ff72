"""Marks in a module that becomes stubs: their effect, and the ones that are refused."""

import pytest

from grader.template.stubs import TemplateError, cut


@pytest.mark.parametrize(
    "source",
    [
        "# solution\n" + '"""Knots."""\n\n\ndef tie():\n    """Tie it."""\n',
        '"""Knots."""\n\nTURNS = 2\n',
        "TURNS = 2\n",
        "",
    ],
)
def test_a_module_of_which_nothing_is_left_is_empty(source):
    """A marked module has no template, and one in which the rule keeps nothing but the docstring."""
    assert not cut(source)


@pytest.mark.parametrize(
    "source", ['"""Knots."""\n', "import numpy as np\n\nx = np\n\n\n\ny = '''\n\n\n# solution\n'''\n"]
)
def test_a_mark_in_a_string_is_none(source):
    """A module of nothing but a docstring stays, and a mark in a string has no effect."""
    assert source.startswith(cut(source))


TIE = 'def tie():\n    """Tie it."""\n'


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("x = 1  # solution\n", 1, ["first line of a definition or an import"]),
        ("x = 1\n# solution\n", 2, ["first line of a definition or an import"]),
        (TIE + "    return 1  # solution\n", 3, ["first line of a definition or an import"]),
        ("@cache  # solution\n" + TIE, 1, ["first line of a definition or an import"]),
        ("import x  # Solution\n", 1, ["`# Solution`", "no mark", "# solution"]),
        ("import x  #solution\n", 1, ["`#solution`"]),
        ("import x  # solution:\n", 1, ["`# solution:`"]),
        ("# BEGIN SOLUTION\nx = 1\n", 1, ["`# BEGIN SOLUTION`", "remove it"]),
        ("# end solution of x\nx = 1\n", 1, ["`# end solution of x`"]),
        ('_X = 1\n\n\ndef tie(x=_X):\n    """Tie it."""\n', 4, ["a stub uses _X", "a public name"]),
        ('_x = 1\nY = _x\n\n\ndef tie(x=Y):\n    """Tie it."""\n', 2, ["a stub uses _x"]),
        ('import x  # solution\n\n\n@x.y\ndef tie():\n    """Tie it."""\n', 4, ["uses x", "no mark"]),
        ('def tie(): """Tie it."""\n', 2, ["the template of knots.py", "ruff format"]),
        ('if 1:\n    X = 1\n\n\ndef tie(x=X):\n    """Tie it."""\n', 5, ["uses X"]),
        ('class X:\n    a = 1\n\n\ndef tie(x: X):\n    """Tie it."""\n', 5, ["uses X", "a docstring"]),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(source, line, words):
    """The message names the module, the line, the fault and the remedy."""
    with pytest.raises(TemplateError) as refused:
        cut(source, "knots.py")

    assert f"knots.py line {line}: " in str(refused.value)
    assert all(word in str(refused.value) for word in words), str(refused.value)
