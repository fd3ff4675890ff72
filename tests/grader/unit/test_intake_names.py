"""Names: permitted places, permitted spellings, and clashes of two names."""

import pytest

from grader.intake import Refused, Rule, read_archive
from tests.grader.support.zips import ADAPTERS, Row, project, zipped

ANYWHERE = [
    ("../x.py", Rule.NO_ESCAPE),
    ("../../etc/x.py", Rule.NO_ESCAPE),
    ("a/../x.py", Rule.NO_ESCAPE),
    ("a/..", Rule.NO_ESCAPE),
    ("..", Rule.NO_ESCAPE),
    ("/etc/x.py", Rule.NO_ESCAPE),
    ("//server/x.py", Rule.NO_ESCAPE),
    ("\\\\server\\x.py", Rule.NO_ESCAPE),
    ("..\\x.py", Rule.NO_ESCAPE),
    ("a\\..\\x.py", Rule.NO_ESCAPE),
    ("C:/x.py", Rule.NO_ESCAPE),
    ("c:x.py", Rule.NO_ESCAPE),
    ("C:\\x.py", Rule.NO_ESCAPE),
    (".\\..\\x.py", Rule.NO_ESCAPE),
    ("a/..\\x.py", Rule.NO_ESCAPE),
    ("./C:/x.py", Rule.NO_ESCAPE),
    (".\\c:x.py", Rule.NO_ESCAPE),
    ("\\x.py", Rule.NO_ESCAPE),
    ("a/.", Rule.PLAIN_PATH),
    ("a\\.", Rule.PLAIN_PATH),
    ("", Rule.PLAIN_PATH),
]
INVISIBLE = [
    ("a\x00.py", "a\\x00.py"),
    ("a\n.py", "a\\n.py"),
    ("a\x1b[31m.py", "a\\x1b[31m.py"),
    ("a\x7f.py", "a\\x7f.py"),
    ("a\x9b.py", "a\\x9b.py"),
    ("a\u202eyp.py", "a\\u202eyp.py"),
    ("a\u2066b.py", "a\\u2066b.py"),
    ("a\u2028b.py", "a\\u2028b.py"),
]
OUTSIDE_JUNK = [
    *[
        (name, Rule.PORTABLE_NAMES)
        for name in ("con", "NUL.txt", "a/aux/x.py", "Com1.py", "lpt\xb9", "prn .x")
    ],
    *[(name, Rule.PORTABLE_NAMES) for name in ("a.", "a ", "a./x.py", "a /x.py")],
    ("/".join("a" * 17), Rule.PATH_LENGTH),
    ("a" * 241, Rule.PATH_LENGTH),
    ("ü" * 121, Rule.PATH_LENGTH),
]
CLASHES = [
    ("smulgrad/Engine.py", "smulgrad/engine.py"),
    ("Data/a.txt", "data/b.txt"),
    ("stra\u00dfe.py", "strasse.py"),
    ("\u00fcbung.py", "u\u0308bung.py"),
    ("\ufb01le.py", "file.py"),
    ("DATA/", "data/b.txt"),
    ("note", "NOTE/a.txt"),
]


def refusal(data):
    """Return why an archive is refused."""
    with pytest.raises(Refused) as caught:
        read_archive(data)
    return caught.value


@pytest.mark.parametrize(("name", "rule"), ANYWHERE)
def test_escape(name, rule):
    """A path that may lead elsewhere is refused."""
    data = project(name)

    refused = refusal(data)

    assert (refused.rule, refused.entry) == (rule, name)


@pytest.mark.parametrize(
    "name", [".venv/../../x.py", "__MACOSX\\..\\x", "/.git/x", ".venv/.", "../.DS_Store"]
)
def test_escape_in_junk(name):
    """A path that may lead elsewhere is refused among junk."""
    data = project(name)

    refused = refusal(data)

    assert refused.rule in {Rule.NO_ESCAPE, Rule.PLAIN_PATH}
    assert refused.entry == name


@pytest.mark.parametrize(("name", "visible"), INVISIBLE)
@pytest.mark.parametrize("folder", ["", ".venv/"])
def test_invisible_characters(name, visible, folder):
    """A name with invisible characters is refused and shown escaped."""
    data = project(folder + name)

    refused = refusal(data)

    assert (refused.rule, refused.entry) == (Rule.NO_CONTROL, folder + visible)


@pytest.mark.parametrize(("name", "rule"), OUTSIDE_JUNK)
def test_unportable_name(name, rule):
    """A name that not every system can hold is refused."""
    refused = refusal(project(name))

    assert refused.rule == rule
    assert refused.entry
    assert refused.entry[:20] == name[:20]


@pytest.mark.parametrize(("name", "rule"), OUTSIDE_JUNK)
def test_unportable_name_in_junk(name, rule):
    """A name that not every system can hold is fine in junk."""
    data = project(f"node_modules/{name}")

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS], rule


def test_unknown_encoding():
    """A name that is marked as UTF-8 and is not is refused with its bytes."""
    refused = refusal(project(Row(b"hau\x81.py", flags=0x800)))

    assert (refused.rule, refused.entry) == (Rule.UTF8_NAMES, r"hau\x81.py")


def test_unmarked_utf8():
    """A UTF-8 name without its mark is read as UTF-8: so the archivers of macOS and Linux write it."""
    data = project(Row("übung.py".encode(), flags=0))

    submission = read_archive(data)

    assert "übung.py" in submission.files


def test_unknown_encoding_in_junk():
    """A name of unknown encoding is fine in junk."""
    data = project(Row(b".venv/hau\x81.txt", flags=0))

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]


@pytest.mark.parametrize(("first", "second"), CLASHES)
def test_clash_of_spellings(first, second):
    """Two names that differ only in spelling are refused with both."""
    rows = [Row(name, b"") for name in (first, second)]

    refused = refusal(project(*rows))

    assert refused.rule == Rule.NO_CLASH
    assert refused.entry is not None
    assert "only in case or Unicode form" in str(refused)


def test_same_name_twice():
    """The same name twice is refused."""
    refused = refusal(project(Row("a.py", b"1"), Row("a.py", b"2")))

    assert (refused.rule, refused.entry) == (Rule.NO_CLASH, "a.py")
    assert "twice" in str(refused)


@pytest.mark.parametrize("below", ["a/b.py", "a/"])
def test_file_and_folder(below):
    """A file that is a folder too is refused."""
    refused = refusal(project("a", Row(below, b"")))

    assert (refused.rule, refused.entry) == (Rule.NO_CLASH, "a")
    assert "a file and a folder" in str(refused)


def test_folder_named_twice():
    """A folder named twice is fine."""
    data = zipped(Row("hw/", b""), Row("hw/", b""), f"hw/{ADAPTERS}")

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]
