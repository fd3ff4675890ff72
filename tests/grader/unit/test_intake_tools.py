"""Zips as people's programs make them: real files of those that could be run, the rest imitated byte by byte.

The files in `zips` hold one small project each. `zip -r`, `zip -r - | cat` and the same with -0 made
those of Info-ZIP 3.0. 7-Zip, `jar`, java.util.zip of Java 17, `bsdtar`, `git archive` and fflate made others.
"""

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from grader.intake import read_archive
from tests.grader.support.zips import (
    ADAPTERS,
    STORED,
    UTF8,
    Row,
    deflated,
    streamed,
    zipped,
)

ZIPS = Path(__file__).parent / "zips"
PROJECT = {
    "smulgrad/__init__.py": b"",
    "smulgrad/engine.py": b"x = 1\n" * 40,
    ADAPTERS: b"from smulgrad import engine\n",
    "übung.md": "Übung\n".encode(),
}


@pytest.mark.parametrize("path", sorted(ZIPS.iterdir()), ids=lambda path: path.stem)
def test_a_zip_of_a_real_program_is_accepted(path):
    """Every program's zip of the project gives exactly its files."""
    submission = read_archive(path.read_bytes())

    assert submission.files == PROJECT


def macos():
    """Return a zip as Archive Utility makes it: streamed, with owners, and attributes in a folder beside."""
    times = struct.pack("<HHLLHH", 0x5855, 12, 0, 0, 501, 20)
    return zipped(
        Row("hw/", b"", method=STORED, mode=stat.S_IFDIR | 0o755),
        streamed(f"hw/{ADAPTERS}", local_extra=times, extra=times[:2] + b"\x08\x00" + times[4:12]),
        Row("hw/smulgrad/__init__.py", b"", method=STORED),
        Row("__MACOSX/", b"", method=STORED, mode=stat.S_IFDIR | 0o755),
        streamed("__MACOSX/hw/._tests", b"\x00\x05\x16\x07Mac OS X"),
    )


def explorer():
    """Return a zip as Windows Explorer makes it: from FAT, without kinds of files and without folders."""
    return zipped(Row(f"hw/{ADAPTERS}", mode=0), Row("hw/notes.txt", b"", method=STORED, mode=0))


def powershell():
    """Return a zip as Compress-Archive of .NET makes it: marked as UTF-8, empty files deflated."""
    return zipped(
        Row(f"hw/{ADAPTERS}", mode=0, flags=UTF8),
        Row("hw/empty.py", b"", mode=0, packed=b"\x03\x00", flags=UTF8),
    )


def forced_zip64():
    """Return a zip of Python whose headers kept room for large files, as of a stream of unknown length."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(ADAPTERS, "w", force_zip64=True) as file,
    ):
        file.write(b"x = 1\n")
    return target.getvalue()


def unmarked():
    """Return a zip whose descriptors have no mark, which the format allows."""
    return zipped(streamed(ADAPTERS, mark=b""), streamed("a.py", mark=b"", form="<LQQ"))


def unicode_path():
    """Return a zip that says its UTF-8 names twice, as Info-ZIP does for other programs."""
    name = "übung.md".encode()
    field = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, 0) + name
    return zipped(ADAPTERS, Row(name, extra=field, local_extra=field))


def aligned():
    """Return a zip with padding in a header, shorter than the head of a field."""
    return zipped(Row(ADAPTERS, local_extra=b"\0\0\0"))


def out_of_order():
    """Return a zip whose directory lists its entries in another order, as after an update."""
    data = zipped(Row("b.py", b"2", method=STORED), Row(ADAPTERS, b"1", method=STORED))
    start = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", start + 1)
    end = data.index(b"PK\x05\x06")
    return data[:start] + data[second:end] + data[start:second] + data[end:]


MADE = (macos, explorer, powershell, forced_zip64, unmarked, unicode_path, aligned, out_of_order)


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_a_zip_in_the_way_of_a_program_is_accepted(make):
    """Additions of honest programs to the plain form are no reason to refuse a zip."""
    submission = read_archive(make())

    assert ADAPTERS in submission.files


def test_streamed_imitations_are_what_zipfile_reads():
    """The imitation of macOS is a zip that the standard library reads as well."""
    with zipfile.ZipFile(io.BytesIO(macos())) as archive:
        assert archive.testzip() is None
    assert deflated(b"x = 1\n") in macos()
