"""The rubric: its content, and the line and key of each mistake in it."""

from pathlib import Path

import pytest

from grader.core.document import DocumentError, parse_document
from grader.core.rubric import Problem, ScoringPolicy, compare, parse_rubric

ROOT = Path(__file__).parents[3]

POINTS = "a whole number of points, 1 or more"

SMALL = """\
title: Knots
suite: tests/cases
total: 5
parts:
  - id: basics
    title: The basics
    problems:
      - id: bowline
        title: A bowline
        points: 2
        tests: TestBowline
        section: 2.10
        hint: Which end moves?
      - {id: hitch, title: A hitch, points: 3, tests: TestHitch, policy: all_or_nothing}
bonus:
  - id: extras
    title: Extras
    problems:
      - {id: splice, title: A splice, points: 4, tests: TestSplice}
"""


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


def test_compare_equal():
    """A rubric and a suite of the same classes agree."""
    assert compare(parse_rubric(SMALL), dict.fromkeys({"TestHitch", "TestSplice", "TestBowline"}, ())) == []


def test_compare_missing_class():
    """A class that the suite lacks is named with its line."""
    [sentence] = compare(parse_rubric(SMALL), dict.fromkeys({"TestHitch", "TestSplice"}, ()))

    assert sentence == (
        "rubric.yaml line 11, parts[0].problems[0].tests: "
        "the suite has no tests in a class TestBowline; correct the name or add some"
    )


def test_compare_unclaimed_class():
    """A class that no problem claims is named."""
    [sentence] = compare(
        parse_rubric(SMALL), dict.fromkeys({"TestHitch", "TestSplice", "TestBowline", "TestNew"}, ())
    )

    assert sentence == (
        "rubric.yaml: no problem names the suite's class TestNew; "
        "add a problem with `tests: TestNew` or remove the class"
    )


def test_compare_missing_gate():
    """A gate that names no test of the suite is named with its problem's line."""
    tests = {"TestHitch": ["test_a"], "TestSplice": ["test_b"], "TestBowline": ["test_c"]}
    gated = SMALL.replace("tests: TestBowline", "tests: TestBowline\n        gate: test_gone", 1)

    [sentence] = compare(parse_rubric(gated), tests)

    assert sentence == (
        "rubric.yaml line 11, parts[0].problems[0].tests: "
        "the suite has no test TestBowline::test_gone; correct the gate or leave it out"
    )


@pytest.mark.parametrize(("name", "is_there"), [("test_c", True), ("test_c[1]", True), ("test_gone", False)])
def test_compare_essential_tests(name, is_there):
    """An essential test that its class lacks is named with its problem's line; parameters may be left out."""
    tests = {"TestHitch": ["test_a"], "TestSplice": ["test_b"], "TestBowline": ["test_c[1]"]}
    stated = SMALL.replace("tests: TestBowline", f'tests: TestBowline\n        essential: ["{name}"]', 1)

    found = compare(parse_rubric(stated), tests)

    assert [f"no test {name}" in sentence for sentence in found] == ([] if is_there else [True])


@pytest.mark.parametrize("gate", ["test_c", "TestBowline::test_c"])
def test_compare_gate_that_is_there(gate):
    """A gate may name a test of its own class, or a class and a test."""
    tests = {"TestHitch": ["test_a"], "TestSplice": ["test_b"], "TestBowline": ["test_c"]}
    gated = SMALL.replace("tests: TestBowline", f"tests: TestBowline\n        gate: {gate}", 1)

    assert compare(parse_rubric(gated), tests) == []


def test_compare_order():
    """Every disagreement is reported, in a fixed order."""
    sentences = compare(parse_rubric(SMALL), dict.fromkeys({"TestZ", "TestA"}, ()))

    named = [next(word for word in s.replace(";", " ").split() if word[:4] == "Test") for s in sentences]
    assert named == ["TestBowline", "TestHitch", "TestSplice", "TestA", "TestZ"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a.yaml line 1: expected keys and their values, got an empty file"),
        ("- a\n", "a.yaml line 1: expected keys and their values, got a list"),
        ("a: 1\nb: [1\nc: 2\n", "a.yaml line 3: not valid YAML: expected ',' or ']', but got ':'"),
        ("a: 1\nb: \x07\n", "a.yaml line 2: not valid YAML: special characters are not allowed"),
        ("a: 1\n---\nb: 2\n", "a.yaml line 2: not valid YAML: but found another document"),
        (
            "a: 1\nb: 2\na: 3\n",
            "a.yaml line 3, a: the key is given twice, first on line 1; keep one of them",
        ),
        ("[a]: 1\n", "a.yaml line 1: expected text as a key, got a list"),
    ],
)
def test_not_a_mapping(text, sentence):
    """A text that is no mapping of distinct keys is refused with the line."""
    with pytest.raises(DocumentError) as caught:
        parse_document(text, "a.yaml")

    assert str(caught.value) == sentence


def test_nested_key_twice():
    """A key given twice deeper down is refused too."""
    document = parse_document("a:\n  b: 1\n  b: 2\n", "a.yaml")

    with pytest.raises(
        DocumentError, match=r"^a\.yaml line 3, a\.b: the key is given twice, first on line 2"
    ):
        document.mapping("a")


def test_error_attributes():
    """An error carries its name, line, key and message."""
    document = parse_document("a:\n  - b: x\n", "a.yaml")

    with pytest.raises(DocumentError) as caught:
        document.mappings("a")[0].integer("b")

    error = caught.value
    assert (error.name, error.line, error.key) == ("a.yaml", 2, "a[0].b")
    assert error.message == 'expected a whole number, got "x"'


@pytest.mark.parametrize("written", ["2.10", "yes", "1:30", "2001-01-01", '"2.10"'])
def test_text_as_written(written):
    """Text is the written text, however YAML would read it."""
    document = parse_document(f"a: {written}", "a.yaml")

    assert document.text("a") == written.strip('"')


@pytest.mark.parametrize("written", ["", "~", "null", '""', '"  "'])
def test_empty_text(written):
    """An empty text is refused."""
    with pytest.raises(DocumentError, match=r"a: expected text, got nothing$"):
        parse_document(f"a: {written}", "a.yaml").text("a")


@pytest.mark.parametrize(("written", "value"), [("0", 0), ("-3", -3), ("+7", 7), ("104", 104)])
def test_integer(written, value):
    """A whole number is read."""
    assert parse_document(f"a: {written}", "a.yaml").integer("a") == value


@pytest.mark.parametrize("written", ["1.0", "010", "0x10", "1_000", "1:30", "true", '"2"', "9" * 5000])
def test_not_an_integer(written):
    """Text that is not plainly a whole number is refused."""
    with pytest.raises(DocumentError, match=r"a: expected a whole number of tries, got "):
        parse_document(f"a: {written}", "a.yaml").integer("a", of="tries")


@pytest.mark.parametrize(("written", "value"), [("10", 10.0), ("0.5", 0.5), ("-1e-3", -0.001), (".5", 0.5)])
def test_number(written, value):
    """A number is read."""
    assert parse_document(f"a: {written}", "a.yaml").number("a") == value


@pytest.mark.parametrize("written", [".inf", ".nan", "1e999", "ten", '"1.5"', "1:30"])
def test_not_a_number(written):
    """Text that is no finite number is refused."""
    with pytest.raises(DocumentError, match=r"a: expected a number of seconds, got "):
        parse_document(f"a: {written}", "a.yaml").number("a", of="seconds")


def test_below_the_minimum():
    """A number below the minimum is refused."""
    document = parse_document("a: 0.5", "a.yaml")

    with pytest.raises(DocumentError, match=r'a: expected a number, 1 or more, got "0\.5"$'):
        document.number("a", minimum=1)


def test_list_of_texts():
    """A list of texts is read and a wrong item named."""
    document = parse_document("good: [a, 1.0]\nnone: []\nbad:\n  - a\n  - {b: c}\n", "a.yaml")

    assert document.texts("good") == ["a", "1.0"]
    assert document.texts("none") == []
    with pytest.raises(DocumentError, match=r"^a\.yaml line 5, bad\[1\]: expected text, got a mapping$"):
        document.texts("bad")


def test_mappings_to_texts_and_numbers():
    """Mappings to texts and numbers are read and a wrong value named."""
    document = parse_document("names: {x: y}\nlimits:\n  wall: 10\n  cpu: much\n", "a.yaml")

    assert document.texts_by_key("names") == {"x": "y"}
    with pytest.raises(
        DocumentError, match=r'^a\.yaml line 4, limits\.cpu: expected a number.*, got "much"$'
    ):
        document.numbers_by_key("limits", of="seconds", minimum=0)


def test_defaults():
    """An absent key has its default, and a wrong one has not."""
    document = parse_document("wrong: [1]", "a.yaml")

    assert document.text("a", default="x") == "x"
    assert document.integer("a", default=3) == 3
    assert document.number("a", default=0.0) == 0.0
    assert document.choice("a", ["x", "y"], default="y") == "y"
    assert document.texts("a", default=()) == ()
    with pytest.raises(DocumentError, match=r"wrong: expected text, got a list$"):
        document.text("wrong", default="x")


def test_long_value():
    """A long value is cut in the message."""
    document = parse_document(f"a: {'x' * 500}", "a.yaml")

    with pytest.raises(DocumentError) as caught:
        document.integer("a")

    assert str(caught.value).endswith(f'got "{"x" * 40}..."')


def test_the_former_key_of_mistakes_names_their_place():
    """A rubric that still lists mistakes under `catches` learns where they belong now."""
    text = "title: A\nsuite: s\nparts:\n  - {id: a, title: A, problems: [{id: b, catches: [x]}]}"

    with pytest.raises(DocumentError, match=r"line 4, .*catches: the rubric lists no mistakes any more"):
        parse_rubric(text)


@pytest.fixture
def handout():
    """Return the rubric of the assignment itself."""
    return parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))


def test_handout_parts(handout):
    """The parts have the points of the handout's table."""
    assert [part.max_score for part in handout.parts] == [15, 20, 15, 22, 17, 15]
    assert {part.id: part.max_score for part in handout.bonus_parts} == {
        "mnist": 5,
        "adam": 5,
        "conv2d": 10,
        "graph": 3,
    }
    assert (handout.max_score, handout.max_bonus) == (104, 23)


def test_handout_points(handout):
    """The points of each problem are the handout's."""
    points = [
        [problem.points for problem in part.problems] for part in (*handout.parts, *handout.bonus_parts)
    ]

    assert points == [
        [2, 2, 2, 3, 3, 3],
        [3, 3, 4, 5, 3, 2],
        [3, 3, 3, 3, 3],
        [2, 3, 2, 4, 3, 2, 3, 2, 1],
        [5, 4, 3, 2, 3],
        [2, 3, 3, 2, 3, 2],
        [3, 2],
        [5],
        [4, 6],
        [3],
    ]


def test_handout_sections_and_hints(handout):
    """Each problem has its section and a hint."""
    parts = (*handout.parts, *handout.bonus_parts)
    chapters = [{problem.section.split(".")[0] for problem in part.problems} for part in parts]

    assert chapters == [{"2"}, {"3"}, {"4"}, {"5"}, {"6"}, {"7"}, {"8"}, {"9"}, {"9"}, {"9"}]
    assert all(problem.hint for problem in handout.problems)
