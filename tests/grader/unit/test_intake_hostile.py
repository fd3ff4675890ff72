"""Hostile bytes: a changed archive is refused, or all readers see the same files."""

import io
import posixpath
import struct
import zipfile
import zlib
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake import Refused, read_archive
from tests.grader.support.zips import ADAPTERS, STORED, Row, streamed, zipped

GOOD = zipped(
    Row("hw/", b"", method=STORED),
    Row(f"hw/{ADAPTERS}", b"from smulgrad import engine\n" * 9),
    Row("hw/smulgrad/engine.py", b"class Value:\n    pass\n", method=STORED),
    Row("hw/übung.md", "Übung\n".encode()),
    streamed("hw/notes.txt", b"streamed"),
    Row("__MACOSX/hw/._tests", b"\x00\x05"),
    comment=b"a comment",
)
quietly = settings(max_examples=500, deadline=None, database=None, derandomize=True)
positions = st.integers(0, len(GOOD) - 1)


def is_answered(data):
    """Return whether bytes lead to a refusal, or to a submission that other readers see as well."""
    with suppress(Refused, NotImplementedError):  # the library reads no version that it does not know
        submission = read_archive(data)
        return ADAPTERS in submission.files and all(
            submission.files.items() <= seen.items()
            for seen in (by_directory(data), from_the_first_byte(data))
        )
    return True


def below_the_top(files):
    """Return files by their path in the project: a path in the archive may begin with one folder."""
    return {plain(name).removeprefix("hw/"): content for name, content in files.items()}


def plain(name):
    """Return a name as every extractor writes it to a disk."""
    return posixpath.normpath(name.replace("\\", "/"))


def by_directory(data):
    """Return the standard library's files, except left-out ones, whose content is not read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        kept = [info for info in archive.infolist() if not text(info).startswith("__MACOSX")]
        return below_the_top({text(info): archive.read(info) for info in kept})


def text(info):
    """Return a name as UTF-8, whether the archive marks it so or not."""
    return info.filename if info.flag_bits & 0x800 else as_text(info.filename.encode("cp437"))


def as_text(raw):
    """Return bytes as UTF-8, or in the code page that the zip format names."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp437")


def from_the_first_byte(data):
    """Return the files of a reader that knows no directory."""
    found, at = {}, 0
    while data[at : at + 4] == b"PK\x03\x04":
        flags, method, _, packed_size, _, name_length, extra = struct.unpack_from(
            "<2xHH4xLLLHH", data, at + 4
        )
        name = as_text(data[at + 30 : at + 30 + name_length])
        at += 30 + name_length + extra
        content = data[at : at + packed_size]
        if method and flags & 8:
            stream = zlib.decompressobj(-15)
            content = stream.decompress(data[at:])
            packed_size = len(data) - at - len(stream.unused_data)
        at += packed_size
        if flags & 8:
            at += 16 if data[at : at + 4] == b"PK\x07\x08" else 12
        if method and not flags & 8 and not name.startswith("__MACOSX"):
            content = zlib.decompress(content, -15)
        found[name] = content
    return below_the_top(found)


@quietly
@given(st.dictionaries(positions, st.integers(0, 255), min_size=1, max_size=8))
def test_bytes_changed(changes):
    """A good archive with some bytes changed is answered."""
    data = bytes(changes.get(position, byte) for position, byte in enumerate(GOOD))

    assert is_answered(data)


@quietly
@given(positions, st.sampled_from([1, 2, 4]), st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
def test_extreme_fields(position, width, byte):
    """A good archive with a field at its extreme is answered."""
    data = GOOD[:position] + bytes([byte]) * width + GOOD[position + width :]

    assert is_answered(data)


@quietly
@given(positions, positions, st.binary(max_size=40))
def test_piece_replaced(start, stop, piece):
    """A good archive with a piece replaced is answered."""
    data = GOOD[:start] + piece + GOOD[stop:]

    assert is_answered(data)


@quietly
@given(st.binary(max_size=200))
def test_any_bytes(data):
    """Any bytes are answered."""
    assert is_answered(data)
    assert is_answered(data + GOOD[GOOD.rindex(b"PK\x05\x06") :])


def test_every_byte_inverted():
    """Every single byte can be changed to its opposite."""
    changed = [GOOD[:at] + bytes([GOOD[at] ^ 0xFF]) + GOOD[at + 1 :] for at in range(len(GOOD))]

    assert all(is_answered(data) for data in changed)


def test_every_cut():
    """Every cut of an archive is answered."""
    assert all(is_answered(GOOD[:length]) for length in range(len(GOOD)))
