"""YAML documents: typed values, and the line and key of each wrong one."""

import pytest

from grader.core.document import DocumentError, parse_document


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
