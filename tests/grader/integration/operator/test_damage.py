"""Damaged files, missing rights and full disks: one sentence each, and exit status 2."""

import os
import shutil
import subprocess
import zipfile
from contextlib import contextmanager

import pytest

from tests.grader.support.operator import assert_one_sentence

pytestmark = pytest.mark.slow

USE_STORE = (
    ("serve", "--no-worker"),
    ("worker",),
    ("user", "add", "anna@example.edu"),
    ("course", "create", "autumn"),
    ("audit",),
    ("backup", "FILE"),
    ("restore", "FILE"),
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up rights, or mount")


def write_backup_head(file):
    """Write a zip that begins as a backup does."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("store.json", "{}")


def test_a_restore_from_what_is_no_backup(operator):
    """A file that is no backup makes no store."""
    file = operator.folder / "b.zip"
    file.write_bytes(b"PK")

    assert_one_sentence(operator.run("restore", file), str(file), "no backup")
    assert not operator.data.exists()


@pytest.mark.parametrize("command", USE_STORE, ids=" ".join)
def test_a_damaged_database(operator, command):
    """Every command that opens the store names the file and the way out."""
    operator.data.mkdir()
    operator.database.write_bytes(b"this is no database" * 500)
    file = operator.folder / "backup.zip"
    if command[0] == "restore":
        write_backup_head(file)

    done = operator.run(*(str(file) if part == "FILE" else part for part in command))

    assert_one_sentence(done, str(operator.database), "damaged", "restore a backup")


def test_a_damaged_page(operator):
    """The message names a file whose tables are damaged, though its head is whole."""
    operator.store()
    content = operator.database.read_bytes()
    operator.database.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))

    assert_one_sentence(operator.run("audit"), str(operator.database), "damaged", "restore a backup")


@needs_root
@pytest.mark.parametrize("command", [("audit",), ("serve", "--no-worker")], ids=" ".join)
def test_a_folder_without_rights(operator, command):
    """The message names the data folder that a user may not write."""
    operator.data.mkdir(mode=0o000)

    done = operator.run(
        *command, before=("/usr/bin/setpriv", "--bounding-set=-all")
    )  # root as any other user

    assert_one_sentence(done, str(operator.data), "may not read or write it", "give the user rights")


@contextmanager
def full_disk(folder):
    """Mount a disk without room."""
    folder.mkdir()
    mount = ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder]
    done = subprocess.run(mount, check=False, capture_output=True)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode()}")
    try:
        (folder / "filling").write_bytes(bytes(16 * 1024))
        yield
    finally:
        subprocess.run(["/usr/bin/umount", folder], check=True)


@needs_root
@pytest.mark.parametrize(
    "command", [("course", "create", "x"), ("serve", "--no-worker"), ("backup", "FILE")], ids=" ".join
)
def test_a_full_disk(operator, command):
    """The message names a full disk, for the store or a backup; no piece of a file is left."""
    disk = operator.folder / "disk"
    variables = {} if command[0] == "backup" else {"GRADER_DATA_DIR": str(disk)}
    operator.store()
    with full_disk(disk):
        done = operator.run(*(disk / "b.zip" if part == "FILE" else part for part in command), **variables)
        left = [path.name for path in disk.iterdir() if not path.name.startswith("grader.db")]

    assert_one_sentence(done, "disk", "make room")
    assert left == ["filling"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("", ("is a folder", "name a file in it")),
        ("nowhere/backup.zip", ("is no folder", "make it")),
        ("data/grader.db", ("no backup", "name another file")),
        ("data/grader.db/backup.zip", ("is no folder",)),
    ],
    ids=["a folder", "no such folder", "the database itself", "below a file"],
)
def test_a_wrong_place_for_a_backup(operator, target, words):
    """A backup goes to a file in a folder that is there, and never replaces the database."""
    operator.store()
    before = operator.database.read_bytes()

    done = operator.run("backup", operator.folder / target)

    assert_one_sentence(done, str(operator.folder), *words)
    assert operator.database.read_bytes() == before


def test_a_damaged_backup(operator):
    """A backup that was cut off or changed restores nothing."""
    file = operator.folder / "backup.zip"
    operator.store()
    assert operator.run("backup", file).returncode == 0
    shutil.rmtree(operator.data)
    content = bytearray(file.read_bytes())
    content[200:260] = bytes(60)
    file.write_bytes(content)

    done = operator.run("restore", file)

    assert_one_sentence(done, str(file), "take another backup")
