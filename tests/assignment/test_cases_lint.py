"""Rules that the assignment's cases keep, so that both bindings judge alike and no comparison is careless."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases"
FILES = sorted(CASES.glob("test_*.py"))
HELPERS = [CASES / "convolution.py", CASES / "networks.py"]  # of the tests of one part each
ALLOWED_IMPORTS = {"dataclasses", "functools", "itertools", "math", "numpy", "operator", "pytest", "tests"}
CARELESS = {
    *("allclose", "isclose", "array_equal", "array_equiv", "approx", "testing"),  # look at numbers only
    *("assert_allclose", "assert_almost_equal", "assert_array_equal", "assert_array_almost_equal"),
    *("raises", "skip", "xfail", "importorskip"),  # a submission could bring about what they take for good
}
COUNTED = {"argmax", "len"}  # calls whose results are whole numbers
LEAST_TESTS = 200


def tree_of(path):
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_of(path):
    """Return the test functions of a file."""
    return [
        node
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def draws(test):
    """Tell whether a test takes the fixture `rng` and uses it."""
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    return "rng" in {argument.arg for argument in test.args.args} and "rng" in names


def careless_lines(tree):
    """Return the lines that compare numbers in a way of their own, or let a test end in another way."""
    return sorted({node.lineno for node in ast.walk(tree) if is_careless(node)})


def is_careless(node):
    """Tell whether a node names a careless function, compares by ==, or asserts an order or a membership."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name in CARELESS
        case ast.ImportFrom():
            imported = {*(node.module or "").split("."), *(alias.name for alias in node.names)}
            return bool(imported & CARELESS)
        case ast.Compare():
            return any(map(is_equality, node.ops)) and not any(map(is_exact, [node.left, *node.comparators]))
        case ast.Assert():
            return any(
                isinstance(part, ast.Compare) and not is_identity(part) for part in ast.walk(node.test)
            )
    return False


def is_equality(operator):
    """Tell whether an operator is == or !=."""
    return isinstance(operator, ast.Eq | ast.NotEq)


def is_identity(comparison):
    """Tell whether a comparison asks for the same object."""
    return all(isinstance(operator, ast.Is | ast.IsNot) for operator in comparison.ops)


def is_exact(side):
    """Tell whether one side of a comparison is a text or a count, for which == is exact."""
    match side:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in COUNTED
    return False


def collected(selection):
    """Return the node ids that `pytest -k selection` selects."""
    command = [sys.executable, "-m", "pytest", "tests/cases", "-n0", "--collect-only", "-q", "-k", selection]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_there_are_at_least_200_tests():
    """Parts 1 to 6 have at least 200 test functions."""
    count = sum(len(functions_of(path)) for path in FILES if "part" in path.name)

    assert count >= LEAST_TESTS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_test_tells_the_student_what_should_hold(path):
    """Each test has a docstring of one paragraph that ends as a sentence."""
    silent = [
        test.name for test in functions_of(path) if not (ast.get_docstring(test) or "").rstrip().endswith(".")
    ]

    assert not silent


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_test_draws_what_it_asks(path):
    """Each test draws from the fixture `rng`, so that its answers under one seed fit no other."""
    same = [test.name for test in functions_of(path) if not draws(test)]

    assert not same


@pytest.mark.parametrize("path", [*FILES, *HELPERS], ids=lambda path: path.stem)
def test_cases_import_no_implementation(path):
    """A case reaches a submission through the adapters only."""
    nodes = list(ast.walk(tree_of(path)))
    roots = {
        alias.name.partition(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }
    roots |= {node.module.partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}

    assert roots <= ALLOWED_IMPORTS


@pytest.mark.parametrize("path", [*FILES, *HELPERS], ids=lambda path: path.stem)
def test_comparisons_are_the_suites_own(path):
    """No case compares floats by == or by a function that does not check shape, dtype and finiteness."""
    assert careless_lines(tree_of(path)) == []


@pytest.mark.parametrize(
    "line",
    [
        "assert np.allclose(a, b)",
        "np.testing.assert_allclose(a, b)",
        "from numpy.testing import assert_allclose as same",
        "from math import isclose",
        "assert a == pytest.approx(b)",
        "assert a.data == 5.0",
        "if a.data == 5: pass",
        "assert 5.0 != a.data",
        "assert a.grad == b.grad",
        "if (a.data == b).all(): pass",
        "assert abs(a - b) < 1e-6",
        "assert not a > b",
        "assert a.grad in (1.0, 2.0)",
        "with pytest.raises(ValueError): pass",
        "pytest.skip('not here')",
    ],
)
def test_careless_comparisons_are_found(line):
    """The rule finds every form of comparison that a submission could pass with a value that is no answer."""
    assert careless_lines(ast.parse(line)) == [1]


@pytest.mark.parametrize(
    "line",
    ["assert a is not b", "assert isinstance(a, float)", "if name == 'tanh': pass", "if len(a) == 2: pass"],
)
def test_careful_lines_are_left_alone(line):
    """Identity, types, names and lengths may be compared as they are."""
    assert careless_lines(ast.parse(line)) == []


def test_fixtures_do_not_touch_the_submission():
    """No fixture uses the adapters, so an error before a test is never the submission's."""
    nodes = ast.walk(tree_of(CASES / "conftest.py"))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}

    assert "adapters" not in names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_cases_define_no_fixtures(path):
    """Fixtures stand in conftest.py, where the rule above is checked."""
    names = {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}

    assert "fixture" not in names


@pytest.mark.parametrize(
    ("selection", "file", "name"),
    [
        ("part1", "test_part1_", ""),
        ("part6", "test_part6_", ""),
        ("TestValueAdd", "test_part1_basics.py", "::TestValueAdd::"),
        ("test_backward_add", "test_part2_local_rules.py", "::TestBackwardAdd::test_backward_add"),
        ("TestMatmul", "test_part5_matmul.py", "::TestMatmul::"),
        ("TestLog", "test_part3_functions.py", "::TestLog::"),
        ("TestMNIST", "test_bonus_mnist.py", "::TestMNIST"),
    ],
)
def test_selection_by_name(selection, file, name):
    """`-k` with a name from the handout selects the tests that the handout names, and no others."""
    ids = collected(selection)

    assert ids
    assert all(file in node and name in node for node in ids)
