"""The comparison of a rubric with the tests of its suite."""

import pytest

from grader.core.rubric import compare, parse_rubric
from tests.grader.support.small_rubric import SMALL


def test_compare_equal():
    """A rubric and a suite of the same classes agree."""
    assert compare(parse_rubric(SMALL), dict.fromkeys({"TestHitch", "TestSplice", "TestBowline"}, ())) == []


def test_compare_missing_class():
    """A class that the suite lacks is named with its line."""
    [sentence] = compare(parse_rubric(SMALL), dict.fromkeys({"TestHitch", "TestSplice"}, ()))

    assert sentence == (
        "rubric.yaml line 11, parts[0].problems[0].tests: "
        "the suite has no tests in a class TestBowline; correct the name or add some"
    )


def test_compare_unclaimed_class():
    """A class that no problem claims is named."""
    [sentence] = compare(
        parse_rubric(SMALL), dict.fromkeys({"TestHitch", "TestSplice", "TestBowline", "TestNew"}, ())
    )

    assert sentence == (
        "rubric.yaml: no problem names the suite's class TestNew; "
        "add a problem with `tests: TestNew` or remove the class"
    )


def test_compare_missing_gate():
    """A gate that names no test of the suite is named with its problem's line."""
    tests = {"TestHitch": ["test_a"], "TestSplice": ["test_b"], "TestBowline": ["test_c"]}
    gated = SMALL.replace("tests: TestBowline", "tests: TestBowline\n        gate: test_gone", 1)

    [sentence] = compare(parse_rubric(gated), tests)

    assert sentence == (
        "rubric.yaml line 11, parts[0].problems[0].tests: "
        "the suite has no test TestBowline::test_gone; correct the gate or leave it out"
    )


@pytest.mark.parametrize(("name", "is_there"), [("test_c", True), ("test_c[1]", True), ("test_gone", False)])
def test_compare_essential_tests(name, is_there):
    """An essential test that its class lacks is named with its problem's line; parameters may be left out."""
    tests = {"TestHitch": ["test_a"], "TestSplice": ["test_b"], "TestBowline": ["test_c[1]"]}
    stated = SMALL.replace("tests: TestBowline", f'tests: TestBowline\n        essential: ["{name}"]', 1)

    found = compare(parse_rubric(stated), tests)

    assert [f"no test {name}" in sentence for sentence in found] == ([] if is_there else [True])


@pytest.mark.parametrize("gate", ["test_c", "TestBowline::test_c"])
def test_compare_gate_that_is_there(gate):
    """A gate may name a test of its own class, or a class and a test."""
    tests = {"TestHitch": ["test_a"], "TestSplice": ["test_b"], "TestBowline": ["test_c"]}
    gated = SMALL.replace("tests: TestBowline", f"tests: TestBowline\n        gate: {gate}", 1)

    assert compare(parse_rubric(gated), tests) == []


def test_compare_order():
    """Every disagreement is reported, in a fixed order."""
    sentences = compare(parse_rubric(SMALL), dict.fromkeys({"TestZ", "TestA"}, ()))

    named = [next(word for word in s.replace(";", " ").split() if word[:4] == "Test") for s in sentences]
    assert named == ["TestBowline", "TestHitch", "TestSplice", "TestA", "TestZ"]
