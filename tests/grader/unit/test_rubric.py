"""The rubric: its content, and the line and key of each mistake in it."""

import pytest

from grader.core.document import DocumentError
from grader.core.rubric import Problem, ScoringPolicy, parse_rubric
from tests.grader.support.small_rubric import SMALL

POINTS = "a whole number of points, 1 or more"


def changed(old, new):
    """Return the small rubric with one text in it replaced."""
    assert SMALL.count(old) == 1, f"{old!r} should be in the small rubric once"
    return SMALL.replace(old, new)


def refusal(text):
    """Return the sentence with which the rubric `text` is refused."""
    with pytest.raises(DocumentError) as caught:
        parse_rubric(text)
    return str(caught.value)


def test_problem_fields():
    """A problem has all that is written of it."""
    rubric = parse_rubric(SMALL)

    assert rubric.parts[0].problems[0] == Problem(
        id="bowline",
        title="A bowline",
        points=2,
        tests="TestBowline",
        section="2.10",
        hint="Which end moves?",
        policy=ScoringPolicy.PROPORTIONAL,
    )


def test_optional_fields():
    """Section and hint may be left out."""
    hitch = parse_rubric(SMALL).parts[0].problems[1]

    assert (hitch.section, hitch.hint) == ("", "")


def test_bonus_apart():
    """The bonus counts apart."""
    rubric = parse_rubric(SMALL)

    assert (rubric.title, rubric.suite) == ("Knots", "tests/cases")
    assert (rubric.max_score, rubric.max_bonus) == (5, 4)
    assert [part.max_score for part in rubric.parts] == [5]


def test_order_of_problems():
    """Problems come in the handout's order, with the bonus last."""
    ids = [problem.id for problem in parse_rubric(SMALL).problems]

    assert ids == ["bowline", "hitch", "splice"]


def test_no_bonus_and_no_total():
    """There may be no bonus and no total."""
    text = changed("total: 5\n", "")

    rubric = parse_rubric(text[: text.index("bonus:")])

    assert (rubric.max_bonus, rubric.bonus_parts) == (0, ())


def test_policy_of_the_rubric():
    """The policy of the rubric holds for problems without their own."""
    text = changed("total: 5", "policy: all_or_nothing").replace(
        "TestHitch, policy: all_or_nothing", "TestHitch, policy: proportional"
    )

    policies = [problem.policy for problem in parse_rubric(text).problems]

    assert policies == [
        ScoringPolicy.ALL_OR_NOTHING,
        ScoringPolicy.PROPORTIONAL,
        ScoringPolicy.ALL_OR_NOTHING,
    ]


def test_equality_without_lines():
    """Where a problem stands does not make it another problem."""
    moved = parse_rubric("# one line more\n" + SMALL)

    assert moved == parse_rubric(SMALL)


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("points: 2", "points: two", "10, parts[0].problems[0].points", f'expected {POINTS}, got "two"'),
        ("points: 2", "points: 0", "10, parts[0].problems[0].points", f'expected {POINTS}, got "0"'),
        ("points: 2", "points: 1.5", "10, parts[0].problems[0].points", f'expected {POINTS}, got "1.5"'),
        ("points: 2", "points:", "10, parts[0].problems[0].points", f"expected {POINTS}, got nothing"),
        (
            "        points: 2\n",
            "",
            "8, parts[0].problems[0].points",
            f"expected {POINTS}, but the key is missing; add it",
        ),
        (
            "hint:",
            "hnit:",
            "13, parts[0].problems[0].hnit",
            (
                "unknown key; the keys known here are "
                "id, title, points, tests, section, hint, policy, gate, essential, needs"
            ),
        ),
        (
            "title: Knots",
            "title: Knots\nname: x",
            "2, name",
            "unknown key; the keys known here are title, suite, handout, policy, total, parts, bonus",
        ),
        (
            "policy: all_or_nothing",
            "policy: none",
            "14, parts[0].problems[1].policy",
            'expected one of proportional, all_or_nothing, got "none"',
        ),
        (
            "tests: TestHitch",
            "tests: Test Hitch",
            "14, parts[0].problems[1].tests",
            'expected the name of a test class such as TestAddition, got "Test Hitch"',
        ),
        (
            "id: basics",
            "id: 1st",
            "5, parts[0].id",
            'expected an id of letters, digits, _ and -, with a letter first, got "1st"',
        ),
        ("total: 5", "total: 6", "3, total", "the parts add up to 5 points, not 6; correct one or the other"),
        (
            "tests: TestSplice",
            "tests: TestSplice, needs: x",
            "19, bonus[0].problems[0].needs",
            'expected a list of texts, got "x"',
        ),
        ("title: Extras", "title: [Extras]", "17, bonus[0].title", "expected text, got a list"),
    ],
)
def test_wrong_key_or_value(old, new, place, message):
    """A wrong key or value is named with its line."""
    assert refusal(changed(old, new)) == f"rubric.yaml line {place}: {message}"


@pytest.mark.parametrize(
    ("old", "new", "place", "first"),
    [
        ("id: hitch", "id: bowline", "14, parts[0].problems[1].id", "bowline is taken already, on line 8"),
        ("id: splice", "id: bowline", "19, bonus[0].problems[0].id", "bowline is taken already, on line 8"),
        (
            "TestSplice",
            "TestHitch",
            "19, bonus[0].problems[0].tests",
            "TestHitch is taken already, on line 14",
        ),
        ("id: extras", "id: basics", "16, bonus[0].id", "basics is taken already, on line 5"),
    ],
)
def test_claimed_twice(old, new, place, first):
    """No id and no test class is claimed twice."""
    assert refusal(changed(old, new)) == f"rubric.yaml line {place}: {first}; each may be used once"


def test_needs_are_read():
    """A problem lists the problems that it builds on; without a list it needs none."""
    bowline, hitch, splice = parse_rubric(needing("splice", "bowline, hitch")).problems

    assert (bowline.needs, hitch.needs, splice.needs) == ((), (), ("bowline", "hitch"))


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([("splice", "bow")], "19, bonus[0].problems[0].needs: there is no problem bow; name a problem by"),
        ([("hitch", "hitch")], "14, parts[0].problems[1].needs: hitch needs itself, in a circle; leave"),
        (
            [("hitch", "splice"), ("splice", "hitch")],
            "14, parts[0].problems[1].needs: hitch needs itself, in a circle; leave one of them out",
        ),
    ],
    ids=["unknown", "itself", "circle"],
)
def test_wrong_needs(texts, sentence):
    """A need that is no problem, and problems that need each other, are refused with their line."""
    text = SMALL
    for name, needs in texts:
        text = text.replace(f"id: {name},", f"id: {name}, needs: [{needs}],")

    assert refusal(text).startswith(f"rubric.yaml line {sentence}")


def needing(name, needs):
    """Return the small rubric in which a problem has needs."""
    return changed(f"id: {name},", f"id: {name}, needs: [{needs}],")


@pytest.mark.parametrize(
    ("parts", "key", "got"),
    [
        ("[]", "parts", "an empty list"),
        ("many", "parts", '"many"'),
        ("[{id: a, title: A, problems: []}]", "parts[0].problems", "an empty list"),
    ],
)
def test_empty_lists(parts, key, got):
    """Parts and their problems are never empty."""
    sentence = refusal(f"title: T\nsuite: s\nparts: {parts}\n")

    assert sentence == f"rubric.yaml line 3, {key}: expected a list of one or more mappings, got {got}"


def test_part_that_is_no_mapping():
    """An item of a list that should be a mapping is named by its place in the list."""
    sentence = refusal("title: T\nsuite: s\nparts:\n  - one\n")

    assert sentence == 'rubric.yaml line 4, parts[0]: expected a mapping, got "one"'


def test_other_file_name():
    """A file of another name is called by it."""
    with pytest.raises(DocumentError, match=r"^other\.yaml line 1, parts: expected a list"):
        parse_rubric("title: T", name="other.yaml")


def test_the_former_key_of_mistakes_names_their_place():
    """A rubric that still lists mistakes under `catches` learns where they belong now."""
    text = "title: A\nsuite: s\nparts:\n  - {id: a, title: A, problems: [{id: b, catches: [x]}]}"

    with pytest.raises(DocumentError, match=r"line 4, .*catches: the rubric lists no mistakes any more"):
        parse_rubric(text)
