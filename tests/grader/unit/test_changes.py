"""Which tests changed from one report to another, as the page of a comparison lists them."""

from fractions import Fraction

from grader.core.code_diff import diff_code
from grader.core.comparison import find_changes, find_parts, group_changes
from grader.core.hunk_evidence import find_broken
from grader.core.place import Evidence, Place, raised_places
from grader.core.scoring import Outcome
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


def test_tests_of_one_description_that_changed_alike_are_one_line():
    """Tests that differ in their parameters only are one group, and another outcome is another group."""
    names = ["test_a[1]", "test_a[2]", "test_b"]
    before = report(*(result(name=name, outcome=FAILED, description="Sums hold.") for name in names))
    after = report(
        *(result(name=name, description="Sums hold.") for name in names[:2]),
        result(name="test_b", outcome=ERROR, description="Sums hold."),
    )
    [problem] = find_changes(before, after)

    groups = group_changes(problem.changes)

    assert [(each.description, list(each.names)) for each in groups] == [
        ("Sums hold.", names[:2]),
        ("Sums hold.", names[2:]),
    ]


def test_lost_gained_and_other_changes_are_apart():
    """A test that no longer passes, one that passes now, and one that is lost in another way."""
    before = report(
        result(name="test_a"), result(name="test_b", outcome=FAILED), result(name="test_c", outcome=FAILED)
    )
    after = report(
        result(name="test_a", outcome=FAILED), result(name="test_b"), result(name="test_c", outcome=ERROR)
    )

    [problem] = find_changes(before, after)

    kinds = (problem.lost, problem.gained, problem.others)
    assert [[each.test.name for each in kind] for kind in kinds] == [["test_a"], ["test_b"], ["test_c"]]
    assert problem.points == 0


def test_parts_have_their_points_before_and_after():
    """Each part of the score is there, without the bonus, with the difference."""
    [part] = find_parts(report(result(outcome=FAILED)), report())

    assert (part.part.id, part.before, part.after, part.points) == ("part1", 2, 5, Fraction(3))


RAISED = 'ValueError: no\n  File "engine.py", line {}, in add\n    return a'


def broken(line, before=Outcome.PASSED, outcome=ERROR, message=RAISED):
    """Return what joins the change of line 2 to a test whose error ends at `line`."""
    old, new = report(result(outcome=before)), report(result(outcome=outcome, message=message.format(line)))
    lost = [change for problem in find_changes(old, new) for change in problem.lost]
    [file] = diff_code({"engine.py": b"a\nb\nc\n"}, {"engine.py": b"a\nx\nc\n"}).files
    places = raised_places([change.after for change in lost], ["engine.py"])
    return [
        (each.line, each.description, each.tests) for each in find_broken(file, file.hunks[0], lost, places)
    ]


def test_a_hunk_is_joined_to_a_test_by_its_traceback():
    """A test that passed before and whose error ends at a line that the hunk wrote is named below it."""
    assert broken(2) == [(2, "test_adds", 1)]


def test_a_hunk_without_evidence_stands_alone():
    """A line that did not change, a failed check, another file or a test that failed before join nothing."""
    assert broken(3) == []
    assert broken(2, outcome=FAILED) == []
    assert broken(2, before=FAILED) == []
    assert broken(2, message=RAISED.replace("engine.py", "other.py")) == []
    assert broken(2, message="ValueError: line 2") == []


def test_a_traced_line_is_evidence_too():
    """A failed check whose tests ran a new line, as no passing test did, is named with that evidence."""
    old, new = report(result()), report(result(outcome=FAILED))
    [problem] = find_changes(old, new)
    [file] = diff_code({"engine.py": b"a\nb\nc\n"}, {"engine.py": b"a\nx\nc\n"}).files

    def told(*lines):
        places = {("TestAdding", "test_adds"): Place("engine.py", *lines, "add", 1, "x", Evidence.RAN)}
        return [each.told for each in find_broken(file, file.hunks[0], problem.lost, places)]

    assert told(1, 3) == ["This change wrote line 2. A test that passed before ran it and failed:"]
    assert told(3, 3) == []
    assert told(0, 0) == []
