"""Mechanical mutants: one small change each, in one line, under a name that other edits leave alone."""

import ast

import pytest

from grader.proof.functions import announcing, functions_of, innermost, places_called
from grader.proof.mutants import mutants_of
from tests.assignment.samples import ROOT

SOURCE = '''\
"""Knots, of 2 kinds."""
import math


def tie(rope: int, turns=3) -> int:
    """Return 1 knot."""
    if turns < 2 and rope:
        raise ValueError(f"{turns - 1}")
    rope += -turns * 2  # twice
    return rope
'''


def changes(source):
    """Return the lines that mutants change, as pairs of before and after."""
    return {(each.before, each.after) for each in mutants_of("knots.py", source.encode())}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if turns < 2 and rope:", "if turns <= 2 and rope:"),
        ("if turns < 2 and rope:", "if turns < 2 or rope:"),
        ("if turns < 2 and rope:", "if turns < 3 and rope:"),
        ("if turns < 2 and rope:", "if (not (turns < 2 and rope)):"),
        ('raise ValueError(f"{turns - 1}")', "pass"),
        ("rope += -turns * 2  # twice", "rope -= -turns * 2  # twice"),
        ("rope += -turns * 2  # twice", "rope = -turns * 2  # twice"),
        ("rope += -turns * 2  # twice", "rope += turns * 2  # twice"),
        ("rope += -turns * 2  # twice", "rope += -turns / 2  # twice"),
        ("rope += -turns * 2  # twice", "rope += -turns * 3  # twice"),
        ("rope += -turns * 2  # twice", "pass  # twice"),
        ("return rope", "return None"),
        ("def tie(rope: int, turns=3) -> int:", "def tie(rope: int, turns=4) -> int:"),
    ],
)
def test_each_kind_of_change_is_made(before, after):
    """Comparisons, operators, numbers, conditions, signs and statements change, one at a time."""
    assert (before, after) in changes(SOURCE)


def test_nothing_else_changes():
    """Docstrings, messages, annotations and imports have no mutants."""
    assert len(changes(SOURCE)) == 13


def test_a_mutant_differs_in_one_place():
    """All other lines stay as they are, and the result is Python."""
    lines = SOURCE.splitlines()
    for mutant in mutants_of("knots.py", SOURCE.encode()):
        changed = mutant.content.decode().splitlines()
        assert [n for n, pair in enumerate(zip(lines, changed, strict=True), 1) if len({*pair}) > 1] == [
            mutant.line
        ]
        ast.parse(mutant.content)


def test_ids_survive_edits_elsewhere():
    """A line before a function, or in another one, changes no id; no two mutants share one."""
    ids = [each.id for each in mutants_of("knots.py", SOURCE.encode())]
    moved = SOURCE.replace("import math\n", "import math\n\n\ndef cut(x):\n    return x + 1\n")

    assert len({*ids}) == len(ids)
    assert {*ids} <= {each.id for each in mutants_of("knots.py", moved.encode())}


def test_the_reference_has_hundreds_of_mutants():
    """Every module of the reference but the adapters has mutants, more than 600 together."""
    files = sorted((ROOT / "reference" / "smulgrad").glob("[a-z]*.py"))

    counts = {path.name: len(mutants_of(path.name, path.read_bytes())) for path in files}

    assert min(counts.values()) > 0
    assert sum(counts.values()) > 600


def test_a_function_says_when_it_is_called(capsys):
    """The announcing copy of a module prints each function's place once, methods and lambdas too."""
    source = "class A:\n    def f(self):\n        return (lambda x: x)(1)\n    def g(self):\n        pass\n"
    source += "A().f()\nA().f()\n"

    exec(compile(announcing("a.py", source.encode()), "a.py", "exec"), {})  # noqa: S102 - what is tested

    assert places_called(capsys.readouterr().out.encode()) == {("a.py", 2, 4), ("a.py", 3, 16)}


def test_what_a_program_prints_besides_is_no_place():
    """Other output of a submission is not taken for an announcement."""
    assert places_called(b"@called a.py:1:2\n@called \nloss 0.5\n@called a:b\n") == {("a.py", 1, 2)}


def test_the_innermost_function_holds_a_place():
    """A lambda within a function is the function of its own places."""
    functions = list(functions_of("a.py", ast.parse("def f():\n    return lambda x: x\n")))

    assert innermost(functions, 2, 21).place == ("a.py", 2, 11)
    assert innermost(functions, 2, 4).place == ("a.py", 1, 0)
    assert innermost(functions, 3, 0) is None
