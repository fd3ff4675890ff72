"""The order of a report's page: losses first, each cause once, quiet groups for the rest."""

from fractions import Fraction

from grader.core.rubric import parse_rubric
from grader.core.scoring import CAUSE, Outcome, score
from grader.render.dashboard import dashboard_of, held_up
from grader.render.html import render_html
from tests.grader.support.page import Page
from tests.grader.support.reports import report, result

FAILED, NOT_WRITTEN, PASSED = Outcome.FAILED, Outcome.NOT_WRITTEN, Outcome.PASSED
RUBRIC = parse_rubric("""
title: Order
suite: tests
parts:
  - id: one
    title: One
    problems:
      - {id: a, title: A, points: 2, tests: TestA, section: "1", hint: Think.}
      - {id: b, title: B, points: 2, tests: TestB, section: "1", hint: Think.}
  - id: two
    title: Two
    problems:
      - {id: c, title: C, points: 4, tests: TestC, section: "2", hint: Think., needs: [a]}
      - {id: d, title: D, points: 4, tests: TestD, section: "2", hint: Think.}
bonus:
  - id: more
    title: More
    problems:
      - {id: e, title: E, points: 3, tests: TestE, section: "3", hint: Think.}
""")


def scored(**outcomes):
    """Return the score of tests by class: an outcome each, or a list of results."""
    results = []
    for name in "ABCDE":
        given = outcomes.get(name, PASSED)
        results += given if isinstance(given, list) else [result(f"Test{name}", "t", given)]
    expected = {}
    for each in results:
        expected.setdefault(each.group, []).append(each.name)
    return score(RUBRIC, expected, results)


def by_cause(name, cause, tests):
    """Return failed tests of a class by one cause."""
    return [result(f"Test{name}", f"t{i}", FAILED, properties={CAUSE: cause}) for i in range(tests)]


def test_the_part_with_the_most_to_win_comes_first():
    """Parts with losses come by the points lost, then parts without code, then full ones."""
    found = dashboard_of(scored(A=FAILED, D=FAILED))
    unwritten = dashboard_of(scored(C=NOT_WRITTEN, D=NOT_WRITTEN))

    assert [part.scored.part.id for part in found.parts] == ["two", "one"]
    assert [part.scored.part.id for part in unwritten.parts] == ["two", "one"]


def test_unwritten_work_is_one_quiet_group():
    """A problem without code is no loss of the page, and a part without any is one line."""
    found = dashboard_of(scored(A=NOT_WRITTEN, B=FAILED, C=NOT_WRITTEN, D=NOT_WRITTEN, E=NOT_WRITTEN))

    first, second = found.parts
    assert [each.problem.id for each in first.unwritten] == ["a"]
    assert [each.scored.problem.id for each in first.lost] == ["b"]
    assert (second.is_quiet, second.lost) == (True, ())
    assert [part.scored.part.id for part in found.open_bonus] == ["more"]
    assert found.words == "1 failed, 4 not started"


def test_a_cause_is_shown_once():
    """The first problem shows a cause and counts the tests elsewhere; later problems point to it."""
    found = dashboard_of(scored(B=by_cause("B", "wrong_sign", 3), D=by_cause("D", "wrong_sign", 2)))

    two, one = found.parts
    [card] = two.lost[0].cards
    assert card.cost == Fraction(4)
    assert [(each.problem.problem.id, each.tests) for each in card.elsewhere] == [("b", 3)]
    assert one.lost[0].cards == ()
    assert [(each.problem.problem.id, each.tests) for each in one.lost[0].told] == [("d", 3)]


def test_tests_without_a_cause_are_never_merged_across_problems():
    """Two problems whose tests fail without a recognised cause each have a card."""
    found = dashboard_of(scored(A=FAILED, B=FAILED))

    assert [len(each.cards) for each in found.parts[0].lost] == [1, 1]


def test_a_problem_that_waits_stays_folded():
    """A problem that loses because of an earlier one is closed and names it; the earlier one is open."""
    found = dashboard_of(scored(A=FAILED, C=FAILED))

    problems = {each.scored.problem.id: each for part in found.parts for each in part.lost}
    assert [each.problem.id for each in problems["c"].waits] == ["a"]
    assert (problems["a"].is_open, problems["c"].is_open) == (True, False)
    assert [each.problem.id for each in held_up(scored(A=FAILED, C=FAILED), problems["a"].scored)] == ["c"]


def test_few_problems_are_open():
    """At most four problems are unfolded, and none if the submission could not be loaded."""
    lost = scored(A=FAILED, B=FAILED, C=FAILED, D=FAILED, E=FAILED)

    opened = [each.is_open for part in dashboard_of(lost).parts for each in part.lost]
    folded = [each.is_open for part in dashboard_of(lost, unfold=False).parts for each in part.lost]

    assert 0 < sum(opened) <= 4
    assert not any(folded)


def test_the_page_shows_an_unwritten_part_as_one_line():
    """The page of work that is not begun says so once, and shows no reason and no traceback."""
    words = Page(render_html(report(score=scored(**dict.fromkeys("ABCDE", NOT_WRITTEN))))).words

    assert "Nothing is written yet" in words
    assert "[circle-dashed] not started Two 2 problems 0.00 / 8" in words
    assert "Next step: D" in words
    assert "failed" not in words
    assert "Traceback" not in words
