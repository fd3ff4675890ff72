"""Bad archives: each rule of structure, kind, packing and size turns one away by name."""

import stat
import struct

import pytest

from grader.intake import Limits, Refused, Rule, read_archive
from tests.grader.support.zips import (
    ADAPTERS,
    ENCRYPTED,
    LINK,
    STORED,
    VENV,
    Row,
    crowd,
    deflated,
    local,
    project,
    zipped,
)

MIB = 1024 * 1024
BOMB = bytes(100_000_000)
GOOD = project("smulgrad/engine.py")
ZIP64_LOCATOR = b"PK\x06\x07" + bytes(16)


def refusal(data, limits=None):
    """Return why an archive is refused."""
    with pytest.raises(Refused) as caught:
        read_archive(data, limits or Limits())
    return caught.value


STRUCTURE = {
    "too large": (Rule.UPLOAD_SIZE, bytes(32 * MIB + 1), "33,554,433 bytes"),
    "no bytes": (Rule.NOT_A_ZIP, b"", "is empty"),
    "text": (Rule.NOT_A_ZIP, b"hello, this is my homework\n" * 9, "not a zip archive"),
    "gzip": (Rule.NOT_A_ZIP, b"\x1f\x8b\x08" + bytes(99), "a gzip file"),
    "7z": (Rule.NOT_A_ZIP, b"7z\xbc\xaf\x27\x1c" + bytes(99), "a 7-Zip archive"),
    "truncated": (Rule.DAMAGED, GOOD[:-30], "cut off"),
    "end record cut": (Rule.DAMAGED, GOOD[:-1], "cut off"),
    "comment cut": (Rule.DAMAGED, project(comment=b"12345")[:-1], "cut off"),
    "start missing": (Rule.DAMAGED, GOOD[10:], "outside of it"),
    "prefix": (Rule.NO_GARBAGE, b"#!/bin/sh\n" + GOOD, "before or inside"),
    "suffix": (Rule.NO_GARBAGE, GOOD + b"\n\n", "2 bytes follow"),
    "filling": (Rule.NO_GARBAGE, project(before_end=b"hidden"), "before or inside"),
    "split": (Rule.ONE_PIECE, project(disk=1), "split"),
    "zip64 locator": (Rule.NO_ZIP64, project(before_end=ZIP64_LOCATOR), "zip64"),
    "zip64 count": (Rule.NO_ZIP64, project(count=0xFFFF), "zip64"),
    "zip64 size": (Rule.NO_ZIP64, project(directory_size=0xFFFFFFFF), "zip64"),
    "zip64 start": (Rule.NO_ZIP64, project(directory_start=0xFFFFFFFF), "zip64"),
    "long directory": (
        Rule.ENTRY_COUNT,
        project(*[Row(f"{n}", extra=bytes(60_000)) for n in range(150)]),
        "directory",
    ),
    "more rows than declared": (Rule.DAMAGED, project("a.py", count=1), "does not end"),
    "fewer rows than declared": (Rule.DAMAGED, project("a.py", count=3), "fewer"),
    "row without mark": (Rule.DAMAGED, GOOD.replace(b"PK\x01\x02", b"PK\x01\x03"), "mark"),
    "empty": (Rule.NO_ADAPTERS, zipped(), "it is empty"),
}


@pytest.mark.parametrize(("rule", "data", "words"), STRUCTURE.values(), ids=STRUCTURE)
def test_bad_structure(rule, data, words):
    """An archive whose structure breaks a rule is refused with the rule."""
    refused = refusal(data)

    assert (refused.rule, refused.entry) == (rule, None)
    assert words in str(refused)


ENTRIES = {
    "encrypted": (Rule.NO_ENCRYPTION, Row("x.py", flags=ENCRYPTED)),
    "strongly encrypted": (Rule.NO_ENCRYPTION, Row("x.py", flags=0x40)),
    "encrypted junk": (Rule.NO_ENCRYPTION, Row(".venv/x.py", flags=ENCRYPTED)),
    "lzma": (Rule.METHOD, Row("x.py", method=14, packed=b"123")),
    "patched": (Rule.METHOD, Row("x.py", flags=0x20)),
    "link": (Rule.PLAIN_FILES, Row("x.py", b"/etc/passwd", mode=LINK)),
    "pipe": (Rule.PLAIN_FILES, Row("x.py", mode=stat.S_IFIFO | 0o644)),
    "device": (Rule.PLAIN_FILES, Row("x.py", mode=stat.S_IFCHR | 0o644)),
    "device among junk": (Rule.PLAIN_FILES, Row(".venv/x.py", mode=stat.S_IFBLK | 0o644)),
    "another name in its header": (Rule.HEADERS_AGREE, Row("x.py", local_name=b"y.py")),
    "another method in its header": (Rule.HEADERS_AGREE, Row("x.py", local_method=STORED)),
    "junk with another name": (Rule.HEADERS_AGREE, Row(".venv/x.py", local_name=b"y.py")),
    "overlap": (Rule.NO_OVERLAP, Row("tests/adapters.py", start=0)),
    "no header": (Rule.DAMAGED, Row("x.py", start=3)),
    "outside the archive": (Rule.DAMAGED, Row("x.py", start=1_000_000)),
    "longer than the archive": (Rule.DAMAGED, Row("x.py", packed_size=1_000_000)),
    "zip64 size": (Rule.NO_ZIP64, Row("x.py", size=0xFFFFFFFF)),
    "zip64 start": (Rule.NO_ZIP64, Row("x.py", start=0xFFFFFFFF)),
    "zip64 disk": (Rule.NO_ZIP64, Row("x.py", disk=0xFFFF)),
    "other disk": (Rule.ONE_PIECE, Row("x.py", disk=1)),
    "wrong checksum": (Rule.DAMAGED, Row("x.py", crc=1)),
    "wrong checksum, stored": (Rule.DAMAGED, Row("x.py", method=STORED, crc=1)),
    "no deflate stream": (Rule.DAMAGED, Row("x.py", packed=b"\xff\xff\xff\xff")),
    "stream cut off": (Rule.DAMAGED, Row("x.py", bytes(range(256)), packed=deflated(bytes(range(256)))[:-9])),
    "bytes behind the stream": (Rule.DAMAGED, Row("x.py", packed=deflated(b"x = 1\n") + b"hidden")),
    "smaller than declared": (Rule.DAMAGED, Row("x.py", b"123", size=4)),
    "larger than declared": (Rule.DAMAGED, Row("x.py", b"123", size=2)),
    "larger than declared as empty": (Rule.DAMAGED, Row("x.py", b"123", size=0, crc=0)),
    "stored with two sizes": (Rule.DAMAGED, Row("x.py", b"123", method=STORED, size=2)),
    "folder with content": (Rule.DAMAGED, Row("x.py/")),
    "bomb of 100 MB": (Rule.FILE_SIZE, Row("x.py", BOMB)),
    "bomb that lies": (Rule.DAMAGED, Row("x.py", BOMB, size=1000)),
    "packed tightly": (Rule.RATIO, Row("x.py", bytes(1_000_000))),
    "too large": (Rule.FILE_SIZE, Row("x.py", bytes(MIB + 1), method=STORED)),
}


@pytest.mark.parametrize(("rule", "row"), ENTRIES.values(), ids=ENTRIES)
def test_bad_entry(rule, row):
    """An entry that breaks a rule is refused with its name and the rule."""
    refused = refusal(project(row))

    assert (refused.rule, refused.entry) == (rule, row.name.rstrip("/"))
    assert f'entry "{refused.entry}"' in str(refused)
    assert f"(rule: {rule})" in str(refused)


def test_entry_inside_another():
    """Entries that share bytes are refused with both names."""
    inner = local(Row("b.py", b"2", method=STORED))
    outer = Row("a.py", inner, method=STORED)
    start = len(local(Row(ADAPTERS))) + 30 + len("a.py")

    refused = refusal(project(outer, Row("b.py", b"2", method=STORED, start=start)))

    assert (refused.rule, refused.entry) == (Rule.NO_OVERLAP, "b.py")
    assert '"a.py"' in str(refused)


def test_script_in_front():
    """A script in front of an archive with matching offsets is refused."""
    rows = (Row(ADAPTERS, start=10),)
    script = b"#!/bin/sh\n"
    data = script + zipped(*rows, directory_start=len(script) + len(local(rows[0])))

    refused = refusal(data)

    assert refused.rule == Rule.NO_GARBAGE


def test_too_many_files():
    """Too many files are refused once junk is gone."""
    data = zipped(f"hw/{ADAPTERS}", *crowd(500, "hw/data/{}.txt"), *crowd(500, VENV))

    refused = refusal(data)

    assert refused.rule == Rule.FILE_COUNT
    assert "501 files, 500 are allowed" in str(refused)


def test_too_many_bytes():
    """Too many bytes in all are refused."""
    data = project(*[Row(f"{number}.py", bytes(MIB), method=STORED) for number in range(16)])

    refused = refusal(data)

    assert refused.rule == Rule.TOTAL_SIZE
    assert "16,777,222 bytes" in str(refused)


def test_too_many_entries():
    """20,001 entries are refused."""
    data = zipped(f"hw/{ADAPTERS}", *crowd(20_000, VENV))

    refused = refusal(data)

    assert refused.rule == Rule.ENTRY_COUNT
    assert "more than 20,000 entries" in str(refused)


def test_own_limits():
    """Limits can be set."""
    limits = Limits(file_bytes=5)

    refused = refusal(GOOD, limits)

    assert (refused.rule, refused.entry) == (Rule.FILE_SIZE, "smulgrad/engine.py")


def test_nul_in_name():
    """A name with NUL patched into both headers is refused escaped."""
    data = project("xyz.py").replace(b"xyz.py", b"x\x00z.py")

    refused = refusal(data)

    assert (refused.rule, refused.entry) == (Rule.NO_CONTROL, r"x\x00z.py")


def test_false_end_record():
    """A comment that looks like an end record does not hide the archive."""
    false_end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0)

    refused = refusal(project(comment=false_end))

    assert refused.rule == Rule.NO_GARBAGE
