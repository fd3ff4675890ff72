"""Rules that the assignment's cases keep, so that both bindings judge alike and no comparison is careless."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CASES = ROOT / "tests" / "cases"
FILES = sorted(CASES.glob("test_*.py"))
ALLOWED_IMPORTS = {"dataclasses", "functools", "itertools", "math", "numpy", "operator", "pytest", "tests"}
CARELESS = {"allclose", "assert_allclose", "approx", "isclose", "raises", "skip", "xfail"}
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


def collected(selection):
    """Return the node ids that `pytest -k selection` selects."""
    command = [sys.executable, "-m", "pytest", "tests/cases", "--collect-only", "-q", "-k", selection]
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
def test_cases_import_no_implementation(path):
    """A case reaches a submission through the adapters only."""
    nodes = list(ast.walk(tree_of(path)))
    roots = {
        alias.name.partition(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }
    roots |= {node.module.partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}

    assert roots <= ALLOWED_IMPORTS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_comparisons_are_the_suites_own(path):
    """No case compares floats by == or by a function that does not check shape, dtype and finiteness."""
    names = {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(tree_of(path)) if isinstance(node, ast.Name)}
    compared = [
        node.lineno
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Compare)
        and any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Constant) and isinstance(side.value, float)
    ]

    assert not names & CARELESS
    assert not compared


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
        ("part1", "test_part1_scalar.py", ""),
        ("part6", "test_part6_nn.py", ""),
        ("TestValueAdd", "test_part1_scalar.py", "::TestValueAdd::"),
        ("test_backward_add", "test_part2_backward.py", "::TestBackwardAdd::test_backward_add"),
        ("TestMatmul", "test_part5_matrix.py", "::TestMatmul::"),
        ("TestLog", "test_part3_ops.py", "::TestLog::"),
        ("TestMNIST", "test_bonus_mnist.py", "::TestMNIST"),
    ],
)
def test_selection_by_name(selection, file, name):
    """`-k` with a name from the handout selects what the handout says, and nothing else."""
    ids = collected(selection)

    assert ids
    assert all(file in node and name in node for node in ids)
