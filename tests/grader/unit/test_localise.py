"""Fault localisation: which lines of failing and passing tests point to a mistake, and when none does."""

import pytest

from grader.core.localise import ADAPTERS, LEAST_KNOWN, Suspect, TracedTest, locate
from grader.core.scoring import Outcome

FUNCTIONS = {"add": (10, 11), "mul": (20, 21), "sweep": (30, 31, 32), "tanh": (40, 41, 42, 43, 44)}


def ran(outcome, *names, file="engine.py", but=()):
    """Return the trace of a test that ran all lines of these functions, `but` some."""
    lines = {
        (file, line): (name, FUNCTIONS[name][0] - 1)
        for name in names
        for line in FUNCTIONS[name]
        if line not in but
    }
    return TracedTest(outcome, lines)


def failed(*names, **options):
    """Return the trace of a failing test."""
    return ran(Outcome.FAILED, *names, **options)


def passed(*names, **options):
    """Return the trace of a passing test."""
    return ran(Outcome.PASSED, *names, **options)


def suspects(*traces):
    """Return the suspect of each test; tests are of one class unless a pair names another one."""
    pairs = [each if isinstance(each, tuple) else ("TestOne", each) for each in traces]
    numbered = {(group, f"test_{number}"): each for number, (group, each) in enumerate(pairs)}
    found = locate(numbered)
    return [found.get(test) for test in numbered]


def test_a_line_that_only_failing_tests_ran_is_named():
    """The second line of `mul` is reached by the failing tests only."""
    found = suspects(failed("mul", "sweep"), failed("mul", "sweep"), passed("mul", "sweep", but=(21,)))

    assert found == [Suspect("engine.py", "mul", 19, (21,))] * 2 + [None]


def test_where_many_lines_are_equally_suspicious_the_function_is_named():
    """Five lines that only failing tests ran are one function, not five lines."""
    found = suspects(failed("tanh", "sweep"), passed("add", "sweep"))

    assert found[0] == Suspect("engine.py", "tanh", 39, ())


def test_lines_that_a_passing_test_ran_too_name_the_function_only():
    """One of many passing tests ran the lines, so none of them is named."""
    found = suspects(*[failed("mul", "sweep")] * 3, passed("mul", "sweep"), passed("add", "sweep"))

    assert found[:3] == [Suspect("engine.py", "mul", 19, ())] * 3


def test_two_functions_that_are_equally_suspicious_are_not_named():
    """Failing tests ran two functions that no passing test ran: either may be wrong."""
    assert suspects(failed("add", "mul"), passed("sweep")) == [None, None]


def test_lines_that_passing_tests_ran_as_often_are_not_named():
    """Half of the tests that ran the function passed, so it explains nothing."""
    assert suspects(failed("mul"), passed("mul")) == [None, None]


def test_a_test_of_the_same_class_that_fails_without_the_lines_refutes_them():
    """The lines explain two of three failures of one kind, so they are not named for any."""
    assert suspects(failed("mul"), failed("mul"), failed("add", "mul", but=(20, 21))) == [None] * 3


def test_two_mistakes_are_found_one_after_the_other():
    """Failing tests of another class have another suspect."""
    found = suspects(
        ("TestMul", failed("mul", "sweep")),
        ("TestMul", failed("mul", "sweep")),
        ("TestTanh", failed("tanh", "sweep")),
        ("TestAdd", passed("add", "sweep")),
        ("TestAdd", passed("add", "sweep")),
    )

    assert [each and each.function for each in found] == ["mul", "mul", "tanh", None, None]


def test_adapters_are_never_named():
    """All tests of a kind run the same adapter, and it only hands on."""
    assert suspects(failed("mul", file=ADAPTERS), passed("add")) == [None, None]


def test_a_passing_test_without_lines_may_have_run_any():
    """Without the lines of one passing test a function is named, and no line."""
    known = [passed("add")] * 20

    found = suspects(failed("mul"), failed("mul"), *known, TracedTest(Outcome.PASSED, None))

    assert found[0] == Suspect("engine.py", "mul", 19, ())


def test_without_the_lines_of_many_passing_tests_nothing_is_named():
    """A trace that was switched off for a tenth of the tests is no evidence."""
    unknown = [TracedTest(Outcome.PASSED, None)] * round(20 * (1 - LEAST_KNOWN) + 2)

    assert suspects(failed("mul"), *[passed("add")] * 20, *unknown)[0] is None


@pytest.mark.parametrize("lines", [None, {}])
def test_a_failing_test_without_lines_has_no_suspect(lines):
    """Where nothing is known of the failing test, nothing is named."""
    assert suspects(TracedTest(Outcome.FAILED, lines), passed("add")) == [None, None]


def test_a_comprehension_belongs_to_its_function():
    """Python runs it as a function of its own, with a later first line."""
    lines = {("a.py", 2): ("f", 1), ("a.py", 3): ("f", 3)}

    found = suspects(TracedTest(Outcome.FAILED, lines), passed("add"))

    assert found[0] == Suspect("a.py", "f", 1, (2, 3))


def test_code_at_the_top_of_a_module_is_named_by_its_line_only():
    """A rule in a table belongs to no function: its line is named, or nothing."""
    table = TracedTest(Outcome.FAILED, {("rules.py", 7): ("", 7)})
    also = TracedTest(Outcome.PASSED, {("rules.py", 7): ("", 7)})

    assert suspects(table, passed("add"))[0] == Suspect("rules.py", "", 7, (7,))
    assert suspects(table, table, also)[0] is None
