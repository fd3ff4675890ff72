"""Folders: read under the rules of archives, and no link is followed."""

import os
import socket
import stat

import pytest

from grader.intake import Limits, Refused, Rule, read_archive, read_folder
from tests.grader.support.folders import put, write
from tests.grader.support.zips import ADAPTERS, Row, zipped

posix_only = pytest.mark.skipif(os.name != "posix", reason="names and kinds that only POSIX systems have")


def refusal(path, limits=None):
    """Return why a folder is refused."""
    with pytest.raises(Refused) as caught:
        read_folder(path, limits or Limits())
    return caught.value


@pytest.fixture
def project(tmp_path):
    """Return a folder that holds a small project."""
    return write(tmp_path / "hw")


def test_good_folder(project):
    """A folder passes with exactly its files in order."""
    submission = read_folder(project)

    assert list(submission.files.items()) == [("smulgrad/engine.py", b"e = 1\n"), (ADAPTERS, b"a = 1\n")]
    assert submission.dropped == ()


def test_folder_like_archive(project):
    """A folder and its archive hold the same files."""
    data = zipped(*[Row(f"hw/{path}", content) for path, content in read_folder(project).files.items()])

    submission = read_folder(project)

    assert submission.files == read_archive(data).files


def test_hash_of_files_alone(project, tmp_path):
    """The hash of a folder depends on its files and on nothing else."""
    other = write(tmp_path / "copies" / "other")
    put(other, ".venv/x")

    assert read_folder(other).sha256 == read_folder(project).sha256
    assert read_folder(tmp_path / "copies").sha256 == read_folder(project).sha256


@pytest.mark.parametrize(("name", "content"), [(ADAPTERS, b"a = 2\n"), ("b.py", b""), ("smulgrad/a", b"")])
def test_hash_changes(project, name, content):
    """The hash of a folder changes with any file."""
    before = read_folder(project).sha256

    put(project, name, content)

    assert read_folder(project).sha256 != before


def test_hash_parts(tmp_path):
    """The hash keeps paths and contents apart."""
    one = put(tmp_path / "one", ADAPTERS, b"").parents[1]
    two = put(tmp_path / "two", ADAPTERS, b"").parents[1]
    put(one, "a", b"bc")
    put(two, "ab", b"c")

    assert read_folder(one).sha256 != read_folder(two).sha256


def test_junk_not_walked(project):
    """Junk is left out and not looked into."""
    put(project, ".venv/aux/" + "a" * 200 + "/" + "b" * 200)
    (project / ".venv" / "link").symlink_to("/")

    submission = read_folder(project)

    assert list(submission.files) == ["smulgrad/engine.py", ADAPTERS]
    assert submission.dropped == (".venv/",)


def test_junk_link(project):
    """A link named like junk is left out."""
    (project / ".venv").symlink_to("/")

    submission = read_folder(project)

    assert submission.dropped == (".venv",)


def test_folder_around(project):
    """A folder around the project is cut."""
    put(project.parent, "notes.txt")

    submission = read_folder(project.parent)

    assert list(submission.files) == ["smulgrad/engine.py", ADAPTERS]
    assert submission.dropped == ("notes.txt (outside hw/)",)


def test_link_as_root(project, tmp_path):
    """A link to the folder itself is the caller's choice."""
    (tmp_path / "link").symlink_to(project)

    submission = read_folder(tmp_path / "link")

    assert ADAPTERS in submission.files


@pytest.mark.parametrize("target", ["/etc/passwd", "/", "nowhere"])
def test_link(project, target):
    """A link is refused with its path."""
    (project / "smulgrad" / "link").symlink_to(target)

    refused = refusal(project)

    assert (refused.rule, refused.entry) == (Rule.PLAIN_FILES, "smulgrad/link")


@posix_only
def test_pipe(project):
    """A pipe is refused and not opened."""
    os.mkfifo(project / "pipe")

    refused = refusal(project)

    assert (refused.rule, refused.entry) == (Rule.PLAIN_FILES, "pipe")


@posix_only
def test_socket(project, monkeypatch):
    """A socket is refused."""
    monkeypatch.chdir(project)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("server")

    refused = refusal(project)

    assert (refused.rule, refused.entry) == (Rule.PLAIN_FILES, "server")


@posix_only
@pytest.mark.parametrize(
    ("name", "rule", "entry"),
    [
        (b"a\x1b.py", Rule.NO_CONTROL, r"a\x1b.py"),
        (b"a\\b.py", Rule.NO_ESCAPE, r"a\b.py"),
        (b"hau\x81.py", Rule.UTF8_NAMES, r"hau\x81.py"),
        (b"nul.py", Rule.PORTABLE_NAMES, "nul.py"),
        (b"a" * 241, Rule.PATH_LENGTH, "a" * 58 + "..." + "a" * 58),
        (b"TESTS", Rule.NO_CLASH, "tests"),
    ],
)
def test_bad_name(project, name, rule, entry):
    """A name that an archive may not hold is refused."""
    with open(os.path.join(os.fsencode(project), name), "wb"):  # noqa: PTH118, PTH123 - a path of bytes
        pass

    refused = refusal(project)

    assert (refused.rule, refused.entry) == (rule, entry)


def test_too_deep(project):
    """A folder too deep is refused."""
    put(project, "/".join("a" * 17))

    refused = refusal(project)

    assert (refused.rule, refused.entry) == (Rule.PATH_LENGTH, "/".join("a" * 17))


@pytest.mark.parametrize(
    ("limits", "rule"),
    [
        (Limits(entries=3), Rule.ENTRY_COUNT),
        (Limits(files=1), Rule.FILE_COUNT),
        (Limits(file_bytes=5), Rule.FILE_SIZE),
        (Limits(total_bytes=11), Rule.TOTAL_SIZE),
    ],
)
def test_beyond_limit(project, limits, rule):
    """A folder beyond a limit is refused."""
    refused = refusal(project, limits)

    assert refused.rule == rule


def test_no_adapters(project):
    """A folder without adapters is refused."""
    refused = refusal(project / "smulgrad")

    assert refused.rule == Rule.NO_ADAPTERS


def test_two_projects(project):
    """A folder with two projects is refused."""
    put(project, f"old/{ADAPTERS}")

    refused = refusal(project)

    assert (refused.rule, refused.entry) == (Rule.ONE_PROJECT, ADAPTERS)


def test_unreadable_file(project, monkeypatch):
    """A file that cannot be read is refused with the reason."""

    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)

    refused = refusal(project)

    assert (refused.rule, refused.entry) == (Rule.UNREADABLE, "smulgrad/engine.py")
    assert "Permission denied" in str(refused)


def test_unreadable_folder(project, monkeypatch):
    """A folder that cannot be read is refused with the reason."""
    scandir = os.scandir

    def denied(path):
        if path.name == "smulgrad":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)

    refused = refusal(project)

    assert (refused.rule, refused.entry) == (Rule.UNREADABLE, "smulgrad")
    assert "Permission denied" in str(refused)


@posix_only
def test_exchanged_file(project, monkeypatch):
    """A file exchanged for a link after the walk is not followed."""
    opened = os.open

    def exchanged(path, flags):
        path.unlink()
        path.symlink_to("/etc/passwd")
        return opened(path, flags)

    monkeypatch.setattr(os, "open", exchanged)

    refused = refusal(project)

    assert (refused.rule, refused.entry) == (Rule.UNREADABLE, "smulgrad/engine.py")


def test_grown_file(project, monkeypatch):
    """A file that grew after the walk is refused."""
    opened = os.open

    def grown(path, flags):
        path.write_bytes(bytes(100))
        return opened(path, flags)

    monkeypatch.setattr(os, "open", grown)

    refused = refusal(project, Limits(file_bytes=50))

    assert (refused.rule, refused.entry) == (Rule.FILE_SIZE, "smulgrad/engine.py")


def test_missing_folder(tmp_path):
    """A folder that does not exist is the caller's business."""
    with pytest.raises(FileNotFoundError):
        read_folder(tmp_path / "nowhere")


def test_file_as_root(project):
    """A file in place of a folder is the caller's business."""
    with pytest.raises(NotADirectoryError):
        read_folder(project / ADAPTERS)


def test_folder_untouched(project):
    """Nothing in the folder is changed."""
    before = {path: path.lstat() for path in project.rglob("*")}

    read_folder(project)

    after = {path: path.lstat() for path in project.rglob("*")}
    assert {p: (s.st_mtime_ns, stat.S_IFMT(s.st_mode)) for p, s in before.items()} == {
        p: (s.st_mtime_ns, stat.S_IFMT(s.st_mode)) for p, s in after.items()
    }
