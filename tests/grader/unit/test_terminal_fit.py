"""A report in any terminal: its width, its encoding, its colour, and text that no column was made for."""

import io

import pytest
from rich.cells import cell_len

from grader.core.scoring import Outcome
from grader.render.points_table import PointsLine, table_lines
from grader.render.screen import Screen
from grader.render.terminal import console_for, print_report, report_lines
from tests.grader.support.reports import report, result

LONG = {  # texts that no column was made for
    "a long word": "x" * 3_000,
    "many words": "word " * 900,
    "wide characters": "\u6f22\u5b57" * 300,
    "combining marks": "e\u0301" * 900,
    "no width at all": "\u200b\u200d" * 900,
    "emoji": "\U0001f469\u200d\U0001f4bb" * 300,
    "controls": "\x1b[2J\x9b31m\x00\r\x08\t" * 300,
    "directions": "\u202e\u2066right\u2069" * 300,
    "half a character": "\ud83d" * 300,
    "an array": "[[1. 2.]\n [3. 4.]]\n" * 300,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_any_text_fits_any_terminal(text, width, encoding):
    """A failure takes ten lines at most, in columns and characters that the terminal has."""
    lost = result(
        outcome=Outcome.FAILED,
        message=f"{text}\nx = {text}",
        expected=text,
        actual=text,
        hint=text,
        description=text,
    )
    screen = Screen.of(width, encoding)

    lines = [line.plain for line in report_lines(report(lost), screen)]

    start = next(number for number, line in enumerate(lines) if "Addition" in line)
    end = next(number for number, line in enumerate(lines) if "Subtraction" in line)
    assert max(map(cell_len, lines)) <= screen.width
    assert "".join(lines).encode(encoding).decode(encoding).isprintable()
    assert end - start <= 10
    told = " ".join(" ".join(lines[start:end]).split())
    assert "again uv run pytest -k TestAdding" in told
    assert "cost 3 of 3 points by 1 test; handout, section 2.1" in told
    assert "expected" in told
    assert "got" in told


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_long_title_goes_on_in_the_next_line(width):
    """No letter of a title is lost, and its points stay in their column."""
    title = "Differentiation of very many functions of several variables \u6f22\u5b57\u6f22\u5b57"
    row = PointsLine(title, "12.34 / 100", "12/14 tests", level=1)

    lines = [line.plain for line in table_lines([row], Screen.of(width, "utf-8"))]

    assert max(map(cell_len, lines)) <= width
    assert lines[0].endswith("12.34 / 100  12/14 tests")
    left = "".join(line.partition("12.34")[0] for line in lines)
    assert "".join(left.split()) == "".join(title.split())


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_poor_encoding_has_other_marks(encoding):
    """Where the encoding lacks the marks, letters of ASCII stand for them, and differ from each other."""
    lost = [
        result(name="test_one", outcome=Outcome.FAILED, message="no \N{GREEK SMALL LETTER ALPHA}"),
        result("TestTaking", "test_takes", Outcome.ERROR, message="crash"),
    ]
    screen = Screen.of(80, encoding)

    text = "\n".join(line.plain for line in report_lines(report(*lost), screen))

    assert "  x Addition" in text
    assert "  ! Subtraction" in text
    assert "+ Extra part" in text
    assert "no ?" in text
    text.encode(encoding)


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False),
    ],
)
def test_colour_is_for_those_who_want_it(monkeypatch, environment, coloured):
    """A pipe has no colour unless it is asked for; NO_COLOR and a dumb terminal have none at all."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"TERM": "xterm"} | environment).items():
        monkeypatch.setenv(name, value)
    page = io.StringIO()

    print_report(report(), console_for(page))

    assert ("\x1b[" in page.getvalue()) is coloured


@pytest.mark.parametrize(
    ("columns", "widest"), [("40", 40), ("64", 64), ("0", 40), ("no", 80), ("9999", 100)]
)
def test_columns_are_respected(monkeypatch, columns, widest):
    """COLUMNS sets the width, between 40 and 100; a value that is no number does not."""
    monkeypatch.setenv("COLUMNS", columns)
    page = io.StringIO()

    print_report(report(result(outcome=Outcome.FAILED, message="x" * 400)), console_for(page))

    assert max(map(len, page.getvalue().splitlines())) == widest
