"""Advice: an earlier problem is named as the reason of later losses, and the next step brings most."""

from dataclasses import replace

from grader.core.advice import blocked_by, hint_of, next_step
from grader.core.rubric import Part, Problem, Rubric
from grader.core.scoring import CAUSE, Outcome, TestResult, score

PASSED, FAILED, STUB = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_WRITTEN


def rubric_of(*problems, bonus=()):
    """Return a rubric of one part, and a bonus part."""
    parts = tuple(Part("bonus", "Bonus", (each,)) for each in bonus)
    return Rubric("Title", "tests", (Part("part", "Part", problems),), parts)


def problem(name, *needs, points=2):
    """Return a problem whose tests are the class `name`."""
    return Problem(name.lower(), name, points, name, needs=tuple(need.lower() for need in needs))


def scored(rubric, causes=(), **outcomes):
    """Return the score of these outcomes by class; `causes` are those of the classes' failures."""
    causes = dict(causes)
    results = [
        TestResult(f"test_{number}", group, outcome, properties=properties(causes, group, outcome))
        for group, listed in outcomes.items()
        for number, outcome in enumerate(listed)
    ]
    expected = {
        group: [f"test_{number}" for number, _ in enumerate(listed)] for group, listed in outcomes.items()
    }
    return score(rubric, expected, results)


def properties(causes, group, outcome):
    """Return the properties of a test."""
    return {CAUSE: causes[group]} if group in causes and outcome is FAILED else {}


def ids(found):
    """Return the ids of blocked problems, each with those of the problems named."""
    return {name: [each.problem.id for each in first] for name, first in found.items()}


def test_a_broken_problem_is_why_later_ones_lose():
    """The earliest broken problem is named, not those between that lose because of it as well."""
    rubric = rubric_of(problem("A"), problem("B", "A"), problem("C", "B"))

    found = blocked_by(scored(rubric, A=[FAILED], B=[FAILED], C=[PASSED, FAILED]))

    assert ids(found) == {"b": ["a"], "c": ["a"]}


def test_a_small_loss_explains_nothing_else():
    """A problem that lost little is not why a later one loses, unless both lose by one mistake."""
    rubric = rubric_of(problem("A"), problem("B", "A"))
    outcomes = {"A": [PASSED, PASSED, PASSED, FAILED], "B": [FAILED]}

    assert not blocked_by(scored(rubric, **outcomes))
    assert not blocked_by(scored(rubric, {"A": "one", "B": "other"}, **outcomes))
    assert ids(blocked_by(scored(rubric, {"A": "one", "B": "one"}, **outcomes))) == {"b": ["a"]}


def test_what_is_not_written_waits_for_what_is_not_written():
    """A problem without code points to an earlier one without code, and not to one that is broken."""
    rubric = rubric_of(problem("A"), problem("B", "A"))

    assert ids(blocked_by(scored(rubric, A=[STUB], B=[STUB]))) == {"b": ["a"]}
    assert not blocked_by(scored(rubric, A=[FAILED], B=[STUB]))


def test_the_next_step_brings_most():
    """A small remainder comes after a problem that brings more."""
    rubric = rubric_of(problem("A"), problem("B"), problem("C"))

    step = next_step(scored(rubric, A=[PASSED] * 9 + [FAILED], B=[FAILED], C=[FAILED]))

    assert step.problem.id == "b"


def test_the_next_step_counts_what_follows_from_it():
    """A problem because of which others lose brings their points as well."""
    rubric = rubric_of(problem("A", points=3), problem("B"), problem("C", "B"))

    assert next_step(scored(rubric, A=[FAILED], B=[FAILED], C=[FAILED])).problem.id == "b"
    assert next_step(scored(rubric, A=[FAILED], B=[STUB], C=[STUB])).problem.id == "a"


def test_work_that_is_begun_comes_first():
    """Of two problems of the same points the begun one is next, else the earlier one."""
    rubric = rubric_of(problem("A"), problem("B"))

    assert next_step(scored(rubric, A=[STUB], B=[FAILED])).problem.id == "b"
    assert next_step(scored(rubric, A=[STUB], B=[STUB])).problem.id == "a"


def test_a_hint_belongs_to_what_was_lost():
    """The hint of the mistake behind most losses is given, and the problem's own only without any."""
    lost = {"message": "wrong", "properties": {CAUSE: "cause"}}
    results = [TestResult(f"test_{n}", "A", FAILED, hint=hint, **lost) for n, hint in enumerate("xyy")]
    rubric = rubric_of(replace(problem("A"), hint="general"))

    (named,) = score(rubric, {"A": [each.name for each in results]}, results).problems
    (unnamed,) = scored(rubric, A=[FAILED]).problems

    assert (hint_of(named), hint_of(unnamed)) == ("y", "general")


def test_next_step_without_bonus():
    """The bonus is never the next step."""
    rubric = rubric_of(problem("A"), bonus=[problem("X")])

    assert next_step(scored(rubric, A=[PASSED], X=[FAILED])) is None


def test_next_step_without_unjudged():
    """A problem that could not be judged is no work for the student."""
    rubric = rubric_of(problem("A"), problem("B"))

    step = next_step(scored(rubric, A=[FAILED, Outcome.NOT_JUDGED], B=[FAILED]))

    assert step.problem.id == "b"


def test_next_step_without_tests():
    """A class without tests is no work for the student."""
    assert next_step(score(rubric_of(problem("A")), {}, [])) is None
