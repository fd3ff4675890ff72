"""The answer of a traced submission is data of a stranger: its form, its files, its numbers, its size."""

import pytest

from grader.boundary.ran_lines import MOST_LINES, NAME_CHARACTERS, read_ran_lines

FILES = {"a.py": b"x\n" * 9, "long.py": b"\n" * 20_000}  # with the empty line after the last line end


def test_an_honest_answer_is_taken():
    """File, name, first line and lines stay; the lines come in order, each once."""
    answer = [["a.py", "Value.__mul__.<locals>._backward", 3, [5, 4, 4]]]

    assert read_ran_lines(answer, FILES) == [["a.py", "Value.__mul__._backward", 3, [4, 5]]]


def test_names_that_python_makes_up_are_left_out():
    """A list comprehension belongs to the function around it, a lambda is named by its line."""
    answer = [["a.py", "f.<locals>.<listcomp>", 1, [1]], ["a.py", "f.<locals>.<lambda>", 2, [2]]]

    assert [name for _, name, *_ in read_ran_lines(answer, FILES)] == ["f", "the lambda of line 2"]


def test_other_files_are_left_out():
    """Files that the suite provides, and files that are not there, are not the student's."""
    answer = [["tests/mnist_utils.py", "f", 1, [1]], ["../a.py", "f", 1, [1]], ["a.py", "g", 1, [10]]]

    assert read_ran_lines(answer, FILES) == [["a.py", "g", 1, [10]]]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        7,
        "lines",
        [7],
        [["a.py"]],
        [["a.py", "f", 1, [1], 2]],
        [[["a.py"], "f", 1, [1]]],
        [["a.py", 7, 1, [1]]],
        [["a.py", "f", 0, [1]]],
        [["a.py", "f", "1", [1]]],
        [["a.py", "f", 1, 7]],
        [["a.py", "f", 1, [0]]],
        [["a.py", "f", 1, [-1]]],
        [["a.py", "f", 1, [11]]],
        [["a.py", "f", 1, [1.0]]],
        [["a.py", "f", 1, [True]]],
        [["a.py", "f", 1, [None]]],
        [["a.py", "f", 1, [10**30]]],
        [["long.py", "f", 1, list(range(1, MOST_LINES + 2))]],
        [["long.py", "f", 1, list(range(1, MOST_LINES))], ["a.py", "f", 1, [1, 2]]],
        {"a.py": 1},
        [[]],
        ["abcd"],
    ],
)
def test_an_answer_of_another_form_tells_nothing(answer):
    """One wrong field, one number that is no line, or too many of them: no line of the test is known."""
    assert read_ran_lines(answer, FILES) is None


def test_a_name_is_cleaned_and_cut():
    """The name of a function is the student's text."""
    name = "\x1b[31m" + "n" * 900

    ((_, told, *_),) = read_ran_lines([["a.py", name, 1, [1]]], FILES)

    assert "\x1b" not in told
    assert len(told) <= NAME_CHARACTERS
