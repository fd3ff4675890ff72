"""Places in a student's code: from tracebacks, from suspects, and as a stored document."""

import json

import pytest

from grader.core.localise import Suspect
from grader.core.place import (
    SOURCE_CHARACTERS,
    Evidence,
    Place,
    from_places_document,
    place_of,
    raised_place,
    raised_places,
    to_places_document,
)
from grader.core.scoring import Outcome
from grader.core.source_text import LINE_CHARACTERS, count_lines, source_lines
from tests.grader.support.reports import result

FILES = ("smulgrad/engine.py", "tests/adapters.py")
TRACEBACK = (
    "ZeroDivisionError: division by zero\n"
    '  File "tests/adapters.py", line 40, in run_div\n'
    "    return a / b\n"
    "           ~~^~~\n"
    '  File "smulgrad/engine.py", line 71, in __truediv__\n'
    "    return Value(self.data / other.data)\n"
    "                 ~~~~~~~~~~^~~~~~~~~~~~\n"
)


def errored(message, outcome=Outcome.ERROR):
    """Return the result of a test whose error has this message."""
    return result(outcome=outcome, message=message)


def test_an_error_is_at_the_last_frame_of_its_traceback():
    """The innermost frame of the student's own files is where the error was raised."""
    place = raised_place(errored(TRACEBACK), FILES)

    source = "return Value(self.data / other.data)"
    assert place == Place("smulgrad/engine.py", 71, 71, "__truediv__", 0, source, Evidence.RAISED)
    assert place.told == "Your code raised the error here."


@pytest.mark.parametrize(
    "message",
    [
        "stopped: no answer within 10 seconds",
        "ValueError: File smulgrad/engine.py, line 3, in f",
        TRACEBACK.replace("line 71", "line 0").replace("line 40", "line 0"),
        TRACEBACK.replace("smulgrad/", "/etc/").replace("tests/", "../"),
        TRACEBACK.replace("line 71", "line 71" + "0" * 30).replace("line 40", "line -4"),
    ],
)
def test_what_is_no_frame_of_the_upload_is_no_place(message):
    """A message without a frame, and frames of other files or of no line, name nothing."""
    assert raised_place(errored(message), FILES) is None


def test_only_errors_have_a_traceback():
    """A failed check shows values; text of the submission in it is no evidence."""
    assert raised_place(errored(TRACEBACK, Outcome.FAILED), FILES) is None


def test_places_of_errors_go_by_test():
    """Each error has its own place; a test without one is left out."""
    found = raised_places([errored(TRACEBACK), result(name="test_other")], FILES)

    assert list(found) == [("TestAdding", "test_adds")]


def test_control_characters_in_a_traceback_are_not_shown():
    """The source and the name are the student's text: cleaned and cut."""
    hostile = TRACEBACK.replace("__truediv__", "\x1b[31mred").replace("return Value", "\u202e" + "x" * 900)

    place = raised_place(errored(hostile), FILES)

    assert "\x1b" not in place.function
    assert "\u202e" not in place.source
    assert len(place.source) <= SOURCE_CHARACTERS


CONTENT = b"def f(x):\n    if x:\n        return 1\n    return 2\n"


def test_a_suspect_with_lines_has_their_text():
    """The text of the first line comes from the upload."""
    place = place_of(Suspect("a.py", "f", 1, (3, 4)), CONTENT)

    assert place == Place("a.py", 3, 4, "f", 1, "return 1", Evidence.RAN)
    assert place.told == "The failing tests ran these lines, and no passing test did."


def test_a_suspect_without_lines_is_a_function():
    """Without a line there is no text."""
    place = place_of(Suspect("a.py", "Value.f", 1, ()), CONTENT)

    assert (place.line, place.source, place.is_line) == (0, "", False)
    assert place.told.startswith("Somewhere in Value.f:")


def test_a_document_keeps_all_of_a_place():
    """Places come back from their JSON as they were."""
    places = {
        ("TestAdding", "test_a[1]"): place_of(Suspect("a.py", "f", 1, (3,)), CONTENT),
        ("TestTaking", "test_b"): raised_place(errored(TRACEBACK), FILES),
    }

    assert from_places_document(json.loads(json.dumps(to_places_document(places)))) == places


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", [""]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\rc\n", ["a", "b", "c", ""]),
        (b"\xef\xbb\xbfa\x0cb\n", ["a\N{REPLACEMENT CHARACTER}b", ""]),
        (b"\xff\x00", ["\N{REPLACEMENT CHARACTER}" * 2]),
        (b"x" * 9_000, None),
    ],
)
def test_lines_are_counted_as_python_counts_them(content, lines):
    """Line ends of all systems count, a form feed does not, and each line is safe to show."""
    found = source_lines(content)

    assert count_lines(content) == len(found)
    assert lines is None or found == lines
    assert all(len(line) <= LINE_CHARACTERS for line in found)
