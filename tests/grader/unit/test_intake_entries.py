"""Archives that two programs would read in two ways: each is refused by entry, rule and remedy."""

import struct

import pytest

from grader.intake import Refused, Rule, read_archive
from tests.grader.support.zips import (
    ADAPTERS,
    STORED,
    STREAMED,
    UTF8,
    Row,
    descriptor,
    local,
    packed,
    project,
    streamed,
    zipped,
)

HIDDEN = local(Row("tests/conftest.py", b"cheat = True\n"))
UNICODE = struct.pack("<HHBL", 0x7075, 5 + 4, 1, 0) + b"z.py"


def zip64(size, packed_size):
    """Return a zip64 field with these sizes."""
    return struct.pack("<HHQQ", 1, 16, size, packed_size)


def lying(**lies):
    """Return a plain entry whose own header tells these lies."""
    return Row("x.py", b"x = 1\n" * 9, **lies)


ENTRIES = {
    "another size": (Rule.HEADERS_AGREE, lying(local_size=7)),
    "another packed size": (Rule.HEADERS_AGREE, lying(local_packed_size=3)),
    "another checksum": (Rule.HEADERS_AGREE, lying(local_crc=1)),
    "no sizes without a descriptor": (Rule.HEADERS_AGREE, lying(local_size=0, local_packed_size=0)),
    "streamed by its own header only": (Rule.HEADERS_AGREE, lying(local_flags=STREAMED)),
    "streamed by the directory only": (Rule.HEADERS_AGREE, lying(flags=STREAMED, local_flags=0)),
    "UTF-8 by its own header only": (Rule.HEADERS_AGREE, lying(local_flags=UTF8)),
    "a second name in the directory": (Rule.HEADERS_AGREE, lying(extra=UNICODE)),
    "a second name in its own header": (Rule.HEADERS_AGREE, lying(local_extra=UNICODE)),
    "a second name that is cut off": (Rule.HEADERS_AGREE, lying(extra=b"\x75\x70\x02\x00ab")),
    "a field longer than the directory's row": (Rule.DAMAGED, lying(extra=b"\x75\x70\xff\x00ab")),
    "a field longer than its header": (Rule.DAMAGED, lying(local_extra=b"\x75\x70\xff\x00ab")),
    "zip64 in the directory": (Rule.NO_ZIP64, lying(extra=zip64(1, 1))),
    "zip64 with other sizes": (Rule.HEADERS_AGREE, lying(local_extra=zip64(1, 1))),
    "zip64 marks without a field": (Rule.NO_ZIP64, lying(local_size=0xFFFFFFFF)),
    "zip64 field that is short": (Rule.NO_ZIP64, lying(local_extra=b"\x01\x00\x04\x00abcd")),
    "zip64 twice": (Rule.NO_ZIP64, lying(local_extra=2 * zip64(54, 11))),
    "a folder by its mode": (Rule.DAMAGED, lying(mode=0o040755)),
    "descriptor with another checksum": (
        Rule.HEADERS_AGREE,
        Row("x.py", flags=STREAMED, descriptor=b"PK\x07\x08" + struct.pack("<LLL", 1, 8, 6)),
    ),
    "descriptor with more behind it": (
        Rule.HEADERS_AGREE,
        Row("x.py", flags=STREAMED, descriptor=descriptor(Row("x.py")) + HIDDEN),
    ),
    "stored stream that hides an entry": (Rule.NO_GARBAGE, streamed("x.py", HIDDEN, method=STORED)),
    "stored junk that hides an entry": (Rule.NO_GARBAGE, streamed(".venv/x.py", HIDDEN, method=STORED)),
    "junk whose stream ends early": (
        Rule.DAMAGED,
        streamed(".venv/x.py", packed=packed(Row("x.py")) + HIDDEN),
    ),
}


@pytest.mark.parametrize(("rule", "row"), ENTRIES.values(), ids=ENTRIES)
def test_an_entry_with_two_readings_is_refused(rule, row):
    """An entry that says one thing in the directory and another elsewhere is refused by name."""
    with pytest.raises(Refused) as caught:
        read_archive(project(row))

    assert (caught.value.rule, caught.value.entry) == (rule, row.name)
    assert str(caught.value).endswith(rule.advice)


def with_gap(gap, at):
    """Return an archive with bytes that no entry claims before its entry number `at`, or behind the last."""
    rows = [Row(ADAPTERS), Row("x.py")]
    body, placed = b"", []
    for number, row in enumerate(rows):
        body += gap if number == at else b""
        placed.append(Row(row.name, start=len(body)))
        body += local(row)
    body += gap if at == len(rows) else b""
    directory = zipped(*placed)[len(b"".join(map(local, placed))) :]
    end = directory.index(b"PK\x05\x06")
    return body + directory[:end] + directory[end : end + 16] + struct.pack("<L", len(body)) + b"\0\0"


@pytest.mark.parametrize("gap", [HIDDEN, b"\0", b"#!/bin/sh\n"], ids=["an entry", "a byte", "a script"])
@pytest.mark.parametrize("at", [0, 1, 2], ids=["before", "between", "behind"])
def test_entries_fill_the_archive(gap, at):
    """No byte stands before, between or behind the entries, be it an entry that the directory hides."""
    with pytest.raises(Refused) as caught:
        read_archive(with_gap(gap, at))

    assert caught.value.rule == Rule.NO_GARBAGE
    assert f"{len(gap)} bytes that belong to no entry stand" in str(caught.value)


def test_the_helper_makes_good_archives():
    """Without a gap the same archive is accepted."""
    assert set(read_archive(with_gap(b"", 1)).files) == {ADAPTERS, "x.py"}


def test_a_second_end_record_in_the_comment_is_refused():
    """A comment may say anything but where the archive ends."""
    other = project("y.py")
    end = other.index(b"PK\x05\x06")

    with pytest.raises(Refused) as caught:
        read_archive(project(comment=other[end:]))

    assert caught.value.rule == Rule.NO_GARBAGE


def test_a_zip_in_a_zip_is_a_file():
    """A stored zip inside, whose own end record stands near the end, is a file as any other."""
    inner = project("y.py")

    assert read_archive(project(Row("inner.zip", inner, method=STORED))).files["inner.zip"] == inner
