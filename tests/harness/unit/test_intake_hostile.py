"""Hostile bytes: whatever happens to an archive, the answer is a submission or a refusal."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake import Refused, read_archive
from tests.harness.unit.test_intake_zips import ADAPTERS, STORED, Row, zipped

GOOD = zipped(
    Row("hw/", b"", method=STORED),
    Row(f"hw/{ADAPTERS}", b"from smulgrad import engine\n" * 9),
    Row("hw/smulgrad/engine.py", b"class Value:\n    pass\n", method=STORED),
    Row("hw/übung.md", "Übung\n".encode()),
    Row("__MACOSX/hw/._tests", b"\x00\x05"),
    comment=b"a comment",
)
quietly = settings(max_examples=500, deadline=None, database=None, derandomize=True)
positions = st.integers(0, len(GOOD) - 1)


def is_answered(data):
    """Return whether bytes lead to a submission or a refusal; anything else raises."""
    with suppress(Refused):
        submission = read_archive(data)
        return ADAPTERS in submission.files
    return True


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
