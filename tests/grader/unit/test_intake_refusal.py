"""Refusals: a complete message, safe to print, and a reason for each rule."""

import pickle

import pytest

from grader.intake import Limits, Refused, Rule, read_archive
from grader.intake.refusal import SHOWN_CHARACTERS, printable
from tests.grader.support.zips import ADAPTERS, ENCRYPTED, LINK, UTF8, Row, project, zipped

SMALL = Limits(entries=9, files=4, file_bytes=100_000, total_bytes=150_000, upload_bytes=1_000_000)
BREACHES = {
    Rule.UPLOAD_SIZE: bytes(1_000_001),
    Rule.NOT_A_ZIP: b"print('hello')",
    Rule.DAMAGED: project(Row("a", crc=1)),
    Rule.NO_GARBAGE: project() + b"more",
    Rule.ONE_PIECE: project(disk=1),
    Rule.NO_ZIP64: project(count=0xFFFF),
    Rule.ENTRY_COUNT: project(*"abcdefghi"),
    Rule.NO_ENCRYPTION: project(Row("a", flags=ENCRYPTED)),
    Rule.METHOD: project(Row("a", method=14)),
    Rule.HEADERS_AGREE: project(Row("a", local_name=b"b")),
    Rule.NO_OVERLAP: project(Row(ADAPTERS, start=0)),
    Rule.NO_CONTROL: project("a\x00"),
    Rule.NO_ESCAPE: project("../a"),
    Rule.PLAIN_PATH: project("a/."),
    Rule.UTF8_NAMES: project(Row(b"\x81", flags=UTF8)),
    Rule.PLAIN_FILES: project(Row("a", mode=LINK)),
    Rule.PORTABLE_NAMES: project("con"),
    Rule.PATH_LENGTH: project("a" * 241),
    Rule.NO_CLASH: project("a", "A"),
    Rule.FILE_COUNT: project("a", "b", "c", "d"),
    Rule.FILE_SIZE: project(Row("a.py", bytes(100_001))),
    Rule.TOTAL_SIZE: project(Row("a.py", bytes(90_000)), Row("b.py", bytes(90_000))),
    Rule.RATIO: project(Row("a.py", bytes(90_000))),
    Rule.NO_ADAPTERS: zipped("a"),
    Rule.ONE_PROJECT: project(f"a/{ADAPTERS}"),
}


def test_message_with_entry():
    """A message has the fault, the place and the next step."""
    refused = Refused(Rule.NO_ESCAPE, "../../etc/x.py", "leaves the archive")

    text = str(refused)

    assert text == (
        'refused: entry "../../etc/x.py" leaves the archive (rule: no-escape). '
        "Zip the project folder itself, without '..' and absolute paths in names."
    )


def test_message_without_entry():
    """A message without an entry speaks of the upload."""
    refused = Refused(Rule.NOT_A_ZIP, None, "the upload is empty")

    text = str(refused)

    expected = "refused: the upload is empty (rule: not-a-zip). Hand in the project folder as a .zip file."
    assert text == expected


def test_pickled_refusal():
    """A refusal survives pickling."""
    refused = Refused(Rule.NO_CONTROL, "x\x1b" * 500, "is bad")

    copy = pickle.loads(pickle.dumps(refused))  # noqa: S301 - its own bytes

    assert (str(copy), copy.rule, copy.entry) == (str(refused), refused.rule, refused.entry)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hausübung/中文.py", "hausübung/中文.py"),
        ("a\x1b[2J\r\n\x00", r"a\x1b[2J\r\n\x00"),
        ("a\u202e\u2066\u200bb", r"a\u202e\u2066\u200bb"),
        ("a\xa0b", r"a\xa0b"),
        ("a\udc81\udcff", r"a\x81\xff"),
        ("a\ud800", r"a\ud800"),
        ('a" is fine', r"a\x22 is fine"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_hostile_name(name, expected):
    """A hostile name is shown escaped."""
    text = printable(name)

    assert text == expected


@pytest.mark.parametrize("name", ["a" * 121, "ab" * 50_000, "\x00" * 65_535, "\U000e0041" * 500])
def test_long_name(name):
    """A long name is shown with its middle cut out."""
    text = printable(name)

    assert len(text) <= SHOWN_CHARACTERS
    assert "..." in text
    assert text.isprintable()
    assert printable(text) == text


def test_end_of_long_name():
    """The end of a long name is shown."""
    text = printable("a/" * 500 + "engine.py")

    assert text.startswith("a/a/")
    assert text.endswith("/engine.py")


@pytest.mark.parametrize("rule", Rule)
def test_rule_explains_itself(rule):
    """Each rule has its demand and the next step."""
    assert rule == rule.value == Rule(str(rule))
    assert rule.replace("-", "").isalnum()
    assert rule.sentence.endswith(".")
    assert rule.advice.endswith(".") or rule.advice.endswith("my-project")


@pytest.mark.parametrize(("rule", "data"), BREACHES.items())
def test_breach_of_each_rule(rule, data):
    """A breach of each rule is refused by its name."""
    with pytest.raises(Refused, match=rf"^refused: .* \(rule: {rule}\)\. [A-Z]") as caught:
        read_archive(data, SMALL)

    assert caught.value.rule == rule


def test_no_rule_forgotten():
    """No rule is without a breach; unreadable files occur in folders only."""
    assert {*BREACHES, Rule.UNREADABLE} == set(Rule)
