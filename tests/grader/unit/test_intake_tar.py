"""Tar archives: graded like zips, and under the same rules."""

import bz2
import gzip
import io
import lzma
import tarfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake import Limits, Refused, Rule, read_archive
from tests.grader.support.zips import ADAPTERS

FILES = {f"hw/{ADAPTERS}": b"a = 1\n", "hw/smulgrad/engine.py": b"e = 1\n"}
quietly = settings(max_examples=400, deadline=None, database=None, derandomize=True)


def member(name, content=b"", kind=tarfile.REGTYPE, target="", **fields):
    """Return a member of an archive and its content."""
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, len(content), target
    info.pax_headers = fields
    return info, content


def tarred(*members, form=tarfile.PAX_FORMAT, files=FILES, **options):
    """Return an archive of some files and the members behind them."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form, **options) as archive:
        for info, content in [*(member(name, content) for name, content in files.items()), *members]:
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


def refusal(data, limits=None):
    """Return why an archive is refused."""
    with pytest.raises(Refused) as caught:
        read_archive(data, limits or Limits())
    return caught.value


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_tar_archive_is_graded(form, pack):
    """Every format and compression of the standard library gives exactly the files."""
    submission = read_archive(pack(tarred(form=form)))

    assert submission.files == {ADAPTERS: b"a = 1\n", "smulgrad/engine.py": b"e = 1\n"}


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_names_of_every_kind(form):
    """Long names, names with umlauts and names that begin './' are read."""
    names = ["./hw/" + "a" * 150 + ".py", "./hw/hausübung.md", "hw/._adapters.py", "hw/.git/config"]
    data = tarred(*[member(name, b"1") for name in names], member("./", kind=tarfile.DIRTYPE), form=form)

    submission = read_archive(data)

    assert set(submission.files) == {"a" * 150 + ".py", "hausübung.md", ADAPTERS, "smulgrad/engine.py"}
    assert submission.dropped == ("hw/._adapters.py", "hw/.git/")


BAD = {
    "link": (Rule.PLAIN_FILES, member("hw/x.py", kind=tarfile.SYMTYPE, target="/etc/passwd")),
    "hard link": (Rule.PLAIN_FILES, member("hw/x.py", kind=tarfile.LNKTYPE, target="hw/a.py")),
    "pipe": (Rule.PLAIN_FILES, member("hw/x.py", kind=tarfile.FIFOTYPE)),
    "device among junk": (Rule.PLAIN_FILES, member(".venv/x", kind=tarfile.CHRTYPE)),
    "absolute": (Rule.NO_ESCAPE, member("/etc/x.py")),
    "escape": (Rule.NO_ESCAPE, member("hw/../../x.py")),
    "escape in a pax header": (Rule.NO_ESCAPE, member("x.py", path="../x.py")),
    "drive": (Rule.NO_ESCAPE, member("C:\\x.py")),
    "control characters": (Rule.NO_CONTROL, member("hw/a\x1b.py")),
    "the same name twice": (Rule.NO_CLASH, member(f"hw/{ADAPTERS}", b"b = 2\n")),
    "sparse": (Rule.METHOD, member("hw/x.py", b"1", **{"GNU.sparse.realsize": "9", "GNU.sparse.name": "y"})),
    "large module": (Rule.FILE_SIZE, member("hw/x.py", bytes(1 << 20 | 1))),
}


@pytest.mark.parametrize(("rule", "bad"), BAD.values(), ids=BAD)
def test_a_member_that_breaks_a_rule_is_refused(rule, bad):
    """A tar archive may hold no more than a zip."""
    assert refusal(tarred(bad)).rule == rule


def test_links_in_a_virtual_environment_are_left_out():
    """Every virtual environment has links, which are left out with it."""
    link = member("hw/env/bin/python", kind=tarfile.SYMTYPE, target="/usr/bin/python3")

    submission = read_archive(tarred(link, member("hw/env/pyvenv.cfg", b"home = /usr/bin\n")))

    assert submission.dropped == ("hw/env/",)


def test_a_name_for_all_members_is_refused():
    """A global header that names members is read in different ways."""
    assert refusal(tarred(pax_headers={"path": "x"})).rule == Rule.HEADERS_AGREE


def test_the_comment_of_git_archive_is_fine():
    """`git archive` writes the commit into a global header."""
    assert ADAPTERS in read_archive(tarred(pax_headers={"comment": "0" * 40})).files


def test_members_behind_the_end_are_refused():
    """Programs that go on behind the end would see other files."""
    assert refusal(tarred() + tarred()).rule == Rule.NO_GARBAGE


@pytest.mark.parametrize("behind", [b"more", gzip.compress(b"more", mtime=0)])
def test_bytes_behind_a_compressed_archive_are_refused(behind):
    """A second stream or garbage behind the first one is refused."""
    assert refusal(gzip.compress(tarred()) + behind).rule == Rule.NO_GARBAGE


@pytest.mark.parametrize("cut", [1, 8, 40])
def test_an_archive_that_is_cut_off_is_refused(cut):
    """A compressed archive without its end is refused."""
    assert refusal(gzip.compress(tarred())[:-cut]).rule == Rule.DAMAGED


def test_a_content_that_is_cut_off_is_refused():
    """A tar archive that ends in a file is refused."""
    whole = tarred(files={"hw/a.bin": bytes(5000)} | FILES)

    assert refusal(whole[:2000]).rule == Rule.DAMAGED


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_bomb_is_not_unpacked_past_the_limit(pack):
    """A stream that grows beyond the limit is refused at the limit."""
    refused = refusal(pack(bytes(3_000_000)), Limits(unpacked_bytes=1_000_000))

    assert refused.rule == Rule.TOTAL_SIZE
    assert "more than the 1,000,000 bytes" in str(refused)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_file_without_an_archive_is_named(pack):
    """A compressed module is no archive."""
    refused = refusal(pack(b"x = 1\n"))

    assert refused.rule == Rule.NOT_A_ZIP
    assert "without a tar archive in it" in str(refused)


WHOLE = tarred(
    member("hw/" + "ü" * 80, b"1"),
    member("hw/s", kind=tarfile.DIRTYPE),
    member("hw/.venv/x", kind=tarfile.SYMTYPE, target="y"),
    form=tarfile.PAX_FORMAT,
)
positions = st.integers(0, len(WHOLE) - 1)


@quietly
@given(st.dictionaries(positions, st.integers(0, 255), min_size=1, max_size=8))
def test_bytes_changed(changes):
    """An archive with some bytes changed is refused, or read with its adapters."""
    data = bytes(changes.get(position, byte) for position, byte in enumerate(WHOLE))

    with suppress(Refused):
        assert ADAPTERS in read_archive(data).files


@quietly
@given(st.integers(0, 9), st.binary(min_size=1, max_size=12), st.integers(0, 511))
def test_headers_changed(block, piece, at):
    """An archive with a piece of a header changed, and its checksum right, is refused or read."""
    start = 512 * block
    header = bytearray(WHOLE[start : start + 512])
    header[at : at + len(piece)] = piece[: 512 - at]
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    data = WHOLE[:start] + bytes(header) + WHOLE[start + 512 :]

    with suppress(Refused):
        assert ADAPTERS in read_archive(data).files
