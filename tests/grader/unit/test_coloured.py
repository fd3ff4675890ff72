"""Code as lines of coloured words, whatever bytes a student hands in."""

import pytest

from grader.core.source_text import LINE_CHARACTERS
from grader.render.coloured import MOST_BYTES, MOST_LINES, SHOWN_CHARACTERS, Word, coloured

SOURCE = b'''def f(x):  # why
    """Two
    lines."""
    return x is not None
'''


def texts(shown):
    """Return the text of each line."""
    return ["".join(word.text for word in line.words) for line in shown.lines]


def test_keywords_strings_and_comments_have_a_kind():
    """All other words are plain; a string over two lines is a string on both."""
    shown = coloured("a.py", SOURCE)

    assert texts(shown) == SOURCE.decode().splitlines()
    assert shown.lines[0].words == [Word("k", "def"), Word("", " f(x):  "), Word("c", "# why")]
    assert Word("s", '    lines."""') in shown.lines[2].words
    assert [word.text for word in shown.lines[3].words if word.kind == "k"] == ["return", "is", "not", "None"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\n\n  \n",
        b"\r\n\r\n x\r",
        b"x = '''",
        b"\xff\xfe\xfd",
        "\u202eevil = '\u2066'\n".encode(),
        b"f'{" * 300 + b"\n" + b"(" * 300,
        b"x\x0cy\x0bz\n",
        b"\\\n" * 50,
    ],
)
def test_no_text_is_lost_and_every_line_has_its_number(content):
    """Broken code has as many lines as the file, with the text of each."""
    shown = coloured("a.py", content)
    plain = coloured("a.txt", content)

    assert texts(shown) == texts(plain)
    assert [line.number for line in shown.lines] == list(range(1, shown.total + 1))


def test_a_binary_file_has_no_lines():
    """Bytes with a null are no text."""
    shown = coloured("a.py", b"x\0y")

    assert (shown.is_binary, list(shown.lines), shown.is_cut) == (True, [], False)


@pytest.mark.parametrize(
    "content", [b"x\n" * (MOST_LINES + 5), b"y" * 499 + b"\n" + b"z" * 450_000, b"a b\n" * 300_000]
)
def test_a_page_shows_a_bounded_part(content):
    """Many lines and long lines are cut."""
    shown = coloured("a.py", content)

    assert len(shown.lines) <= MOST_LINES
    assert sum(map(len, texts(shown))) <= SHOWN_CHARACTERS
    assert all(len(text) <= LINE_CHARACTERS for text in texts(shown))
    assert shown.is_cut == (len(shown.lines) < shown.total)


def test_a_long_file_has_no_colours():
    """Colours of a file that is larger than any student's code would take too long."""
    shown = coloured("a.py", b"def f(): pass\n" * (MOST_BYTES // 10))

    assert {word.kind for line in shown.lines for word in line.words} == {""}
