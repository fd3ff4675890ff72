"""Text from outside."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from grader.core.text import clean, clean_line


@given(st.text(), st.integers(min_value=10, max_value=200))
def test_cleaned_text_is_bounded_and_visible(text, characters):
    """Any text comes out short enough and without control or format characters."""
    cleaned = clean(text, characters)

    assert len(cleaned) <= characters
    assert all(c in "\n\t" or unicodedata.category(c)[0] != "C" for c in cleaned)


@given(st.text())
def test_a_cleaned_line_is_one_line(text):
    """A line has no line break, not even one that only some programs take for one."""
    assert len(clean_line(text, 100).splitlines()) <= 1


def test_a_separator_of_lines_is_no_line_break():
    """The separators that only some programs take for line breaks are replaced."""
    mark = "\N{REPLACEMENT CHARACTER}"

    assert clean("a\u2028b\u2029c", 10) == f"a{mark}b{mark}c"


def test_terminal_escapes_vanish():
    """Colours, cursor movements, titles and links are taken out; the text stays."""
    hostile = "\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07 \x1b[2J\x1bcdone"

    assert clean(hostile, 100) == "red link done"


def test_lone_surrogates_are_replaced():
    """Characters that cannot be encoded are replaced, so that a report can always be written."""
    assert clean("a\ud800b", 10).encode() == "a\N{REPLACEMENT CHARACTER}b".encode()
