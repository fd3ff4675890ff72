"""Good archives: they pass with exactly their files, from any program and with any junk."""

import io
import zipfile
from hashlib import sha256

import pytest

from grader.intake import read_archive
from tests.grader.support.zips import (
    ADAPTERS,
    LINK,
    STORED,
    VENV,
    Row,
    crowd,
    project,
    zipped,
)

MIB = 1024 * 1024


def test_good_archive():
    """A good archive passes with exactly its files in order and its hash."""
    data = project(Row("smulgrad/engine.py", b"e = 1\n"), Row("README.md", b"Hello", method=STORED))

    submission = read_archive(data)

    expected = {"README.md": b"Hello", "smulgrad/engine.py": b"e = 1\n", ADAPTERS: b"x = 1\n"}
    assert list(submission.files.items()) == list(expected.items())
    assert submission.sha256 == sha256(data).hexdigest()
    assert submission.dropped == ()


def test_streamed_archive():
    """An archive written by the standard library as a stream passes."""

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("hw")
        archive.writestr(f"hw/{ADAPTERS}", "a = 1")
        with archive.open("hw/empty.py", "w", force_zip64=True):
            pass

    submission = read_archive(pipe.getvalue())

    assert submission.files == {"empty.py": b"", ADAPTERS: b"a = 1"}


@pytest.mark.parametrize(
    "name",
    [
        "hausübung/x.py",
        "中文.md",
        "a b (2).py",
        "c'est #1 @home.txt",
        "-rf",
        "émoji 🎉.md",
        "com.py",
        "...a",
        "log 12:30.txt",
    ],
)
def test_unusual_name(name):
    """An unusual name is fine."""
    data = project(Row(name, b"fine"))

    submission = read_archive(data)

    assert submission.files[name] == b"fine"


def test_comment():
    """An archive comment is fine."""
    data = project(comment=b"made by a zip program")

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]


def test_no_unix_modes():
    """An archive without Unix modes is fine."""
    data = zipped(Row(ADAPTERS, b"a", mode=0))

    submission = read_archive(data)

    assert submission.files == {ADAPTERS: b"a"}


def test_venv_left_out():
    """A venv of 5,000 files is left out in one line."""
    data = zipped(f"hw/{ADAPTERS}", *crowd(5_000, VENV))

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]
    assert submission.dropped == ("hw/.venv/",)


def test_most_entries():
    """20,000 entries are looked through."""
    data = zipped(f"hw/{ADAPTERS}", *crowd(19_999, VENV))

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]


def test_link_in_venv():
    """A link in a venv is left out with it."""
    data = project(Row(".venv/bin/python", b"/usr/bin/python3", mode=LINK))

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]


def test_large_files_left_out():
    """Junk and files outside the project may be large."""
    large = bytes(2 * MIB)
    data = zipped(f"hw/{ADAPTERS}", Row("hw/.git/pack", large), Row("handout.pdf", large, method=STORED))

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]
    assert submission.dropped == ("handout.pdf (outside hw/)", "hw/.git/")


def test_small_tight_file():
    """A small file may be packed tightly."""
    data = project(Row("zeros.txt", bytes(64 * 1024)))

    submission = read_archive(data)

    assert len(submission.files["zeros.txt"]) == 64 * 1024
