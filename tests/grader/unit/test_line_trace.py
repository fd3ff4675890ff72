"""The hook that notes lines: of the submission's files only, and never a part of them as the whole."""

import sys

import pytest

from grader.boundary.line_trace import MOST_FUNCTIONS, LineTrace

SOURCE = """
def choose(x):
    if x:
        return "yes"
    return "no"

def around(x):
    return [choose(each) for each in x]

def deep(n):
    return deep(n - 1) if n else 0
"""


@pytest.fixture
def code():
    """Return the functions of a file `a.py`."""
    namespace = {}
    exec(compile(SOURCE, "a.py", "exec"), namespace)  # noqa: S102 - as an importer does
    return namespace


@pytest.fixture
def trace():
    """Return a trace of `a.py` that has begun; at the end the test's own hook is back."""
    before = sys.gettrace()
    begun = LineTrace()
    begun.start({"a.py"})
    begun.clear()
    yield begun
    sys.settrace(before)


def lines_of(trace):
    """Return the noted lines by the name of their function."""
    noted = trace.noted()
    return None if noted is None else {name: lines for _, name, _, lines in noted}


def test_lines_that_ran_are_noted(code, trace):
    """The branch that was not taken has no line."""
    code["choose"](1)

    assert lines_of(trace) == {"choose": [3, 4]}
    assert trace.noted()[0][:3] == ["a.py", "choose", 2]


def test_functions_within_functions_are_noted(code, trace):
    """A call within a call is another function."""
    code["around"]([0])

    assert lines_of(trace)["choose"] == [3, 5]
    assert lines_of(trace)["around"] == [8]


def test_clear_begins_again(code, trace):
    """Lines from before are forgotten, also those of functions whose every line had run."""
    code["choose"](1)
    code["choose"](0)

    trace.clear()
    code["choose"](0)

    assert lines_of(trace) == {"choose": [3, 5]}


def test_other_files_are_not_noted(trace):
    """Code of the grader, of numpy and of the standard library is not the student's."""
    exec(compile(SOURCE, "b.py", "exec"), {})  # noqa: S102 - as above

    assert lines_of(trace) == {}


def test_a_hook_that_is_switched_off_makes_the_lines_unknown(code, trace):
    """A submission that sets another hook has no lines, until `clear`."""
    sys.settrace(None)
    code["choose"](1)

    assert trace.noted() is None

    trace.clear()
    code["choose"](1)
    assert lines_of(trace) == {"choose": [3, 4]}


def test_a_recursion_that_is_too_deep_does_not_break_the_trace(code, trace):
    """The hook may fail where the stack is full: then the lines are unknown. The next test has its own."""
    with pytest.raises(RecursionError):
        code["deep"](10**6)

    assert trace.noted() is None or "deep" in lines_of(trace)
    trace.clear()
    code["choose"](1)
    assert lines_of(trace) == {"choose": [3, 4]}


def test_a_flood_of_functions_makes_the_lines_unknown(trace):
    """Functions that are made by the thousand do not fill the memory."""
    for _ in range(MOST_FUNCTIONS + 10):
        exec(compile("1", "a.py", "exec"))  # noqa: S102 - a flood

    assert trace.noted() is None


def test_without_a_start_nothing_is_noted(code):
    """Every grading has the object, and a verdict does not pay for it."""
    idle = LineTrace()
    before = sys.gettrace()

    idle.clear()
    code["choose"](1)

    assert sys.gettrace() is before
    assert idle.noted() is None
