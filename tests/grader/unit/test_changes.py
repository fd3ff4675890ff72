"""Which tests changed from one report to another, as the page of a comparison lists them."""

from grader.core.scoring import Outcome
from grader.web.pages.compare_page import find_changes
from tests.grader.support.reports import report, result

FAILED, ERROR = Outcome.FAILED, Outcome.ERROR


def ends(change):
    """Return the outcomes before and after; None where there was no such test."""
    return tuple(each and each.outcome for each in (change.before, change.after))


def test_nothing_changed():
    """Tests that ended alike are no change, even if their messages differ."""
    before = report(result(outcome=FAILED, message="1 is wrong"))
    after = report(result(outcome=FAILED, message="2 is wrong"))

    assert find_changes(before, after) == []


def test_a_test_that_passes_now():
    """A problem is listed with its points before and after, and the tests that changed."""
    before = report(result(outcome=FAILED), result(name="test_other"))
    after = report(result(), result(name="test_other"))

    [problem] = find_changes(before, after)

    assert problem.problem.id == "adding"
    assert (problem.before.score, problem.after.score) == (1.5, 3)
    assert [(each.test.name, ends(each)) for each in problem.changes] == [("test_adds", (FAILED, "passed"))]
    assert problem.changes[0].is_better


def test_a_test_that_is_lost_now():
    """A worse outcome, or another failure, is a change and no improvement."""
    before = report(result(outcome=FAILED), result("TestTaking", "test_takes"))
    after = report(result(outcome=ERROR), result("TestTaking", "test_takes", FAILED))

    found = [each for problem in find_changes(before, after) for each in problem.changes]

    assert [ends(each) for each in found] == [(FAILED, ERROR), ("passed", FAILED)]
    assert not any(each.is_better for each in found)


def test_tests_that_came_or_went():
    """Another version of the suite may have other tests: they are listed with the missing side."""
    before = report(result(name="test_old"), result(name="test_same"))
    after = report(result(name="test_same"), result(name="test_new", outcome=FAILED))

    [problem] = find_changes(before, after)

    assert {each.test.name: ends(each) for each in problem.changes} == {
        "test_new": (None, FAILED),
        "test_old": ("passed", None),
    }


def test_problems_are_in_the_handouts_order():
    """Whatever changed, problems come as the handout has them, the bonus last."""
    lost = [
        result(group, name, FAILED)
        for group, name in (("TestRoots", "test_root"), ("TestAdding", "test_adds"))
    ]

    found = find_changes(report(), report(*lost))

    assert [each.problem.id for each in found] == ["adding", "roots"]
