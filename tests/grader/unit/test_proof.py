"""The figures of a proof: caught, misplaced, cheap, killed and redundant."""

from dataclasses import replace
from fractions import Fraction

import pytest

from grader.core.document import DocumentError
from grader.core.rubric import parse_rubric
from grader.proof.catalogue import Kept, KnownMistake, read_equivalents, read_kept, read_mistakes
from grader.proof.page import figures, render_page
from grader.proof.planting import Edit
from grader.proof.proof import Proof
from grader.proof.proof_json import to_document
from grader.proof.verdicts import Fate, MistakeVerdict, MutantVerdict, Naming

RUBRIC = parse_rubric(
    """
title: Knots
suite: cases
parts:
  - id: one
    title: One
    problems:
      - {id: bowline, title: A bowline, points: 2, tests: TestBowline}
      - {id: hitch, title: A hitch, points: 4, tests: TestHitch}
"""
)
TESTS = {"TestBowline": ["test_a", "test_b", "test_c"], "TestHitch": ["test_d"]}
MISTAKE = KnownMistake(
    "Wrong.",
    (Edit("a.py", "x", "y"),),
    ("bowline",),
    keeps=frozenset(),
    serious=True,
    spills="",
    causes=(),
    place="a.yaml line 1",
)
POINTS = {"bowline": 2, "hitch": 4}
KILLED = MutantVerdict("a:f:operator:1", 3, "a + b", "a - b", Fate.KILLED, "TestBowline", ("test_b",))


def verdict(lost, tests=(), **changes):
    """Return the verdict on a mistake that cost `lost` points by problem."""
    points = {problem: Fraction(number) for problem, number in lost.items()}
    return MistakeVerdict(replace(MISTAKE, **changes), points, dict(tests), POINTS)


def proof(mistakes=(), mutants=(KILLED,), kept=()):
    """Return a proof of both problems."""
    return Proof(mistakes, mutants, {"bowline": "TestBowline", "hitch": "TestHitch"}, TESTS, kept, "abc")


@pytest.mark.parametrize(("lost", "caught"), [({"bowline": "1/3"}, True), ({"hitch": 4}, False), ({}, False)])
def test_a_mistake_is_caught_by_a_problem_that_is_about_it(lost, caught):
    """Points lost elsewhere do not count as caught."""
    assert verdict(lost).is_caught is caught


@pytest.mark.parametrize(("points", "cheap"), [("4/5", False), ("3/5", True)])
def test_a_serious_mistake_costs_two_fifths_of_its_own_problem(points, cheap):
    """Less is too little, and only for serious mistakes."""
    assert verdict({"bowline": points}).is_cheap is cheap
    assert not verdict({"bowline": points}, serious=False).is_cheap


def test_misplaced_points_are_a_share_of_the_other_problems():
    """One of the four points that are not about the mistake is a quarter."""
    found = verdict({"bowline": 2, "hitch": 1})

    assert found.misplaced == Fraction(1, 4)
    assert [each.mistake.wrong for each in proof([found]).misplaced] == ["Wrong."]
    assert proof([found]).unexplained
    assert not proof([replace(found, mistake=replace(MISTAKE, spills="It must."))]).unexplained


def test_a_problem_that_must_keep_its_points_is_named():
    """A mistake may name problems that it leaves alone."""
    assert verdict({"bowline": 2, "hitch": "1/9"}, keeps=frozenset(["hitch"])).spoiled == ["hitch"]


def test_mutants_count_unless_they_are_equivalent_or_broken():
    """An argument takes a mutant out of the sum, and a test that catches it refutes the argument."""
    survivor = replace(KILLED, id="b", fate=Fate.SURVIVED, killed_by="", tests=())
    equivalent, broken = replace(survivor, argument="Same."), replace(KILLED, fate=Fate.BROKEN)
    refuted = replace(KILLED, argument="Same.")

    found = proof(mutants=[KILLED, survivor, equivalent, broken, refuted])

    assert (len(found.countable), len(found.killed)) == (2, 1)
    assert (found.survivors, found.refuted) == ([survivor], [refuted])


def test_tests_without_a_catch_of_their_own_are_named():
    """test_c catches nothing, and test_a catches no more than test_b."""
    found = proof([verdict({"bowline": 1}, {"TestBowline": ("test_a", "test_b")})])

    assert found.idle_tests() == ["TestBowline::test_c", "TestHitch::test_d"]
    assert found.redundant_tests() == {"": ["TestBowline::test_a"]}


@pytest.mark.parametrize("name", ["test_a", "TestBowline::test_a", "TestHitch::test_a"])
def test_a_redundant_test_stands_below_the_argument_for_it(name):
    """An argument speaks of the tests that it names; the page shows it, or says that there is none."""
    kept = [Kept(("test_b",), "It ties"), Kept((name,), "It teaches")]
    mistake = verdict({"bowline": 1}, {"TestBowline": ("test_a", "test_b")})
    because = "" if "Hitch" in name else "It teaches"

    found = proof([mistake], kept=kept)

    assert found.redundant_tests() == {because: ["TestBowline::test_a"]}
    shown = f"{because or 'No reason is stated'}:\n\n- `TestBowline::test_a`"
    assert shown in render_page(to_document(found))


def test_an_argument_names_tests_with_their_parameters_or_without():
    """`test_x` speaks of all its parameters, `test_x[few]` of one."""
    every, one = read_kept(
        "kept:\n  - {because: A, tests: [test_x]}\n  - {because: B, tests: ['test_x[few]']}"
    )

    assert [every.speaks_of("TestHitch", name) for name in ("test_x", "test_x[few]", "test_xy")] == [1, 1, 0]
    assert [one.speaks_of("TestHitch", name) for name in ("test_x", "test_x[few]")] == [0, 1]


def test_a_proof_holds_when_every_figure_is_reached():
    """Each problem catches three mistakes, and no survivor, cheap or misplaced one is left."""
    mistakes = [verdict({name: POINTS[name]}, loses=(name,)) for name in POINTS for _ in range(3)]

    assert proof(mistakes).holds
    assert not proof(mistakes[1:]).holds
    assert not proof(mistakes, [replace(KILLED, fate=Fate.SURVIVED)]).holds
    assert not proof([*mistakes, verdict({})]).holds


@pytest.mark.parametrize(
    ("named", "naming"),
    [
        ({"swapped": 2, "missing": 1}, Naming.RIGHT),
        ({"missing": 2, "swapped": 1}, Naming.WRONG),
        ({}, Naming.NONE),
    ],
)
def test_the_cause_that_most_failures_name_decides(named, naming):
    """It is right if the catalogue has it for the mistake, and a mistake without causes is not counted."""
    found = replace(verdict({"bowline": 2}, causes=("swapped", "turned")), causes=named)

    assert found.naming is naming
    assert len(proof([found, verdict({})]).of_gradients) == 1


def test_a_cause_that_is_named_wrongly_is_listed():
    """The document has the mistake, the named cause, and the true cause."""
    wrong = replace(verdict({"bowline": 2}, causes=("swapped",)), causes={"missing": 1})

    assert to_document(proof([wrong]))["misnamed"] == [
        {"wrong": "Wrong.", "named": "missing", "is": ["swapped"]}
    ]


def test_the_document_has_the_figures_and_the_page_shows_them():
    """JSON names mutants, killed, survivors and misplaced; the page has a row for each mistake."""
    document = to_document(proof([verdict({"bowline": 1, "hitch": 2})]))

    assert (document["mutants"], document["killed"], document["survivors"]) == (1, 1, [])
    assert document["misplaced"][0]["lost"] == {"hitch": "2"}
    assert "| Wrong. (!) | 50 % | 50 % | bowline 1, hitch 2 |" in render_page(document)
    assert figures(document).startswith("1 of 1 mistakes are caught.")


def stated(**changes):
    """Return a YAML text with one mistake."""
    mistake = {"wrong": "Wrong.", "file": "a.py", "find": "x", "with": "y", "loses": "[bowline]", **changes}
    return "mistakes:\n  - " + "\n    ".join(f"{key}: {value}" for key, value in mistake.items() if value)


def test_a_mistake_is_read_with_its_problems():
    """The name of a part stands for its problems, without those that are about the mistake."""
    [mistake] = read_mistakes(stated(keeps="[one]", serious="true"), "a.yaml", RUBRIC)

    assert (mistake.loses, mistake.keeps, mistake.serious) == (("bowline",), {"hitch"}, True)
    assert mistake.edits == (Edit("a.py", "x", "y"),)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loses": "[splice]"}, "no problem or part splice"),
        ({"loses": "[]"}, "at least one problem"),
        ({"find": ""}, "find"),
        ({"edits": "[{file: a.py, find: x, with: y}]"}, "under edits"),
        ({"colour": "red"}, "unknown key"),
    ],
)
def test_a_mistake_that_is_stated_wrongly_is_refused(changes, message):
    """Each error names the line and the key."""
    with pytest.raises(DocumentError, match=message):
        read_mistakes(stated(**changes), "a.yaml", RUBRIC)


def test_equivalent_mutants_come_with_an_argument():
    """An entry without an argument is refused."""
    [listed] = read_equivalents("equivalent:\n  - {because: Same., mutants: [a, b]}")

    assert (listed.mutants, listed.because) == (("a", "b"), "Same.")
    assert [listed.speaks_of(each) for each in ("a", "b:c", "bc", "d")] == [True, True, False, False]
    with pytest.raises(DocumentError, match="because"):
        read_equivalents("equivalent:\n  - {mutants: [a]}")
