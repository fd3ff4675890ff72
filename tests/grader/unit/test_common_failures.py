"""The failures of a class: one cause is one failure, whatever it costs, and unwritten code is none."""

from dataclasses import replace

from grader.core.common_failures import Loss, find_common_failures
from grader.core.scoring import Outcome

WRONG = Loss("one", "adding", Outcome.FAILED, "the number is wrong", "", 2)
RAISED = Loss("one", "adding", Outcome.ERROR, "ImportError: no module", "", 3)
NAMED = Loss("one", "adding", Outcome.FAILED, "Sum the gradient.", "not_summed", 1)


def of_another(loss, **changes):
    """Return the same loss of another student."""
    return replace(loss, submission_id="two", **changes)


def test_an_error_that_is_raised_everywhere_is_one_failure():
    """An import error costs points in each problem, and is one thing to mend."""
    losses = [RAISED, replace(RAISED, problem="taking"), of_another(RAISED, problem="roots")]

    (found,) = find_common_failures(losses, {}, {})

    assert [(each.submission_id, each.tests) for each in found.students] == [("one", 6), ("two", 3)]
    assert set(found.problems) == {"adding", "taking", "roots"}
    assert found.tests == 6


def test_one_sentence_in_two_problems_is_two_failures():
    """A wrong number without a known cause says nothing of another problem."""
    found = find_common_failures([WRONG, replace(WRONG, problem="taking")], {}, {})

    assert [each.problems for each in found] == [("adding",), ("taking",)]


def test_a_recognised_mistake_is_one_failure_with_its_most_frequent_sentence():
    """Hints of one mistake may differ; the failure shows the one that most losses have."""
    other = replace(NAMED, reason="A rarer hint.", problem="taking")

    (found,) = find_common_failures([other, NAMED, of_another(NAMED)], {}, {})

    assert (found.key, found.reason, found.problems) == (
        "not_summed",
        "Sum the gradient.",
        ("adding", "taking"),
    )


def test_the_cost_is_shared_by_the_lost_tests():
    """Seven points for seven lost tests, four of them unwritten: a failure costs a point a test."""
    failures = find_common_failures([WRONG, NAMED], {("one", "adding"): 7.0}, {("one", "adding"): 7})

    assert {each.reason: each.points_each for each in failures} == {
        "the number is wrong": 2.0,
        "Sum the gradient.": 1.0,
    }


def test_the_most_frequent_failure_comes_first():
    """Students count before tests, and those who lose most come first."""
    lost = {("one", "taking"): 1.0, ("two", "taking"): 3.0}
    both = [replace(WRONG, problem="taking", tests=1), of_another(WRONG, problem="taking", tests=1)]

    first, second = find_common_failures([replace(RAISED, tests=9), *both], lost, dict.fromkeys(lost, 1))

    assert [each.submission_id for each in first.students] == ["two", "one"]
    assert second.outcome is Outcome.ERROR


def test_keys_are_the_same_for_every_reader():
    """A link to a failure names it in any class that has it."""
    (one,), (other,) = (
        find_common_failures(losses, {}, {}) for losses in ([WRONG], [of_another(WRONG, tests=1)])
    )

    assert one.key == other.key
    assert one.key.isalnum()


def test_a_cause_that_is_no_word_is_no_part_of_an_address():
    """The key of a strange cause is a digest."""
    (found,) = find_common_failures([replace(NAMED, cause="../<b>")], {}, {})

    assert found.key.isalnum()
