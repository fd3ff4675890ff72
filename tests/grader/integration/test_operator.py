"""An operator's mistakes: each is one sentence of what, where and what to do, and exit status 2."""

import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing, contextmanager

import pytest

from grader.store import open_database
from tests.assignment.samples import ROOT
from tests.grader.support.site import free_port
from tests.grader.support.small_assignments import write_assignment

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


class Operator:
    """Somebody with a data folder who runs commands."""

    def __init__(self, folder):
        """Keep everything below `folder`."""
        self.folder = folder
        self.data = folder / "data"
        self.database = self.data / "grader.db"
        self.variables = {
            "GRADER_DATA_DIR": str(self.data),
            "GRADER_ASSIGNMENT": str(write_assignment(folder / "assignment")),
            "GRADER_RUNNER": "process",
            "GRADER_PORT": str(free_port()),
            "DATABASE_URL": "",
        }

    def run(self, *arguments, before=(), **variables):
        """Run a command, which ends by itself, by way of the command `before` if there is one."""
        return subprocess.run(
            [*before, sys.executable, "-m", "grader", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **self.variables, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def store(self):
        """Make a store."""
        open_database(f"sqlite:///{self.database}").close()


@pytest.fixture
def operator(tmp_path):
    """Return an operator with an empty folder."""
    return Operator(tmp_path)


def assert_one_sentence(done, *words):
    """Check the status and that one line says it."""
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert not [word for word in words if word not in lines[0]], lines[0]


def write_backup_head(file):
    """Write a zip that begins as a backup does."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("store.json", "{}")


@pytest.mark.parametrize(
    "command",
    [
        ("worker",),
        ("audit",),
        ("backup", "FILE"),
        ("user", "list"),
        ("user", "add", "anna@example.edu"),
        ("user", "token", "anna@example.edu"),
        ("user", "link", "anna@example.edu"),
        ("user", "tokens", "anna@example.edu"),
        ("user", "revoke", "0123456789ab"),
        ("user", "shut-out", "anna@example.edu"),
        ("course", "list"),
        ("course", "import-roster", "ROSTER"),
    ],
    ids=" ".join,
)
def test_an_absent_store(operator, command):
    """A command that needs a store names the place where none is, and makes nothing there."""
    roster, file = operator.folder / "roster.csv", operator.folder / "b.zip"
    roster.write_text("First Name,Last Name,Email,Sections,Role\nEva,Ek,eva@example.edu,B,Student\n")
    names = {"ROSTER": str(roster), "FILE": str(file)}

    done = operator.run(*(names.get(part, part) for part in command))

    assert_one_sentence(done, str(operator.database), "there is no store here", "GRADER_DATA_DIR")
    assert not [path for path in (operator.data, file) if path.exists()]


def test_an_absent_store_at_a_url(operator):
    """The file that DATABASE_URL names is not made either."""
    place = operator.folder / "typo" / "grader.db"

    done = operator.run("backup", operator.folder / "b.zip", DATABASE_URL=f"sqlite:///{place}")

    assert_one_sentence(done, str(place), "there is no store here", "DATABASE_URL")
    assert not place.parent.exists()


def test_an_empty_file_is_no_store(operator):
    """A database without tables is no store, and no command fills it without being asked to."""
    operator.data.mkdir()
    operator.database.touch()

    assert_one_sentence(operator.run("backup", operator.folder / "b.zip"), "there is no store here")
    assert not operator.database.stat().st_size


def test_a_store_without_its_secret_elsewhere(operator):
    """A backup from a mistyped data folder is refused: it would hold a secret that no grade used."""
    operator.store()

    done = operator.run(
        "backup",
        operator.folder / "b.zip",
        DATABASE_URL=f"sqlite:///{operator.database}",
        GRADER_DATA_DIR=str(operator.folder / "typo"),
    )

    assert_one_sentence(done, "GRADER_DATA_DIR", "typo", "GRADER_SECRET")
    assert not (operator.folder / "typo").exists()


@pytest.mark.parametrize("command", [("audit",), ("worker",), ("backup", "FILE")], ids=" ".join)
def test_an_older_store(operator, command):
    """Only `grader serve` brings tables up to date, so that a backup before an upgrade can be restored."""
    operator.store()
    with closing(sqlite3.connect(operator.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()

    done = operator.run(*(operator.folder / "b.zip" if part == "FILE" else part for part in command))

    assert_one_sentence(done, "grader.db", "version 0001", "`grader serve` brings them up to date")
    assert not (operator.folder / "b.zip").exists()


def test_pruning_is_shown_before_it_is_done(operator):
    """Without its option the command changes nothing and says what it would free; the audit has the other."""
    operator.store()

    shown = operator.run("prune")
    before = operator.run("audit").stdout
    done = operator.run("prune", "--delete")
    after = operator.run("audit").stdout

    assert (shown.returncode, done.returncode, before) == (0, 0, ""), done.stderr
    assert "archives\t0 rows\t0.0 MB" in shown.stdout
    assert "Nothing is changed; `grader prune --delete` removes it." in shown.stdout
    assert "Removed, 0.0 MB." in done.stdout
    assert "operator\tprune\tstore" in after


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


@pytest.mark.parametrize("command", [("audit",), ("serve", "--no-worker")], ids=" ".join)
def test_a_newer_database(operator, command):
    """Tables of a newer release are left alone."""
    operator.store()
    with closing(sqlite3.connect(operator.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    done = operator.run(*command)

    assert_one_sentence(done, "grader.db", "version 9999", "run the release that wrote them")


def test_a_database_of_another_program(operator):
    """Tables of another program are not mixed with ours."""
    operator.data.mkdir()
    with closing(sqlite3.connect(operator.database)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")

    assert_one_sentence(operator.run("audit"), "grader.db", "other tables", "name an empty one")


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


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "postgresql://grader:hunter2@127.0.0.1:1/grader",
            ("does not answer", "DATABASE_URL=postgresql://grader:***@"),
        ),
        ("postgresql://grader:hunter2@no-such-host.invalid/grader", ("does not answer", "correct the host")),
        ("mysql://grader:hunter2@localhost/grader", ("DATABASE_URL", "it must begin with")),
        ("sqlite:////proc/nothing/grader.db", ("/proc/nothing",)),
        ("sqlite:///:memory:", ("must be a file",)),
    ],
)
def test_a_wrong_database_url(operator, url, words):
    """The variable is named, what is wrong with it too, and its password never."""
    done = operator.run("audit", DATABASE_URL=url)

    assert_one_sentence(done, *words)
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("command", [("audit",), ("serve", "--no-worker")], ids=" ".join)
def test_a_wrong_secret(operator, command):
    """A file that holds no secret of the seeds is named."""
    operator.store()
    (operator.data / "seed-secret").write_bytes(b"\xff\xfe nonsense")

    done = operator.run(*("backup", operator.folder / "b.zip") if command == ("audit",) else command)

    assert_one_sentence(done, "seed-secret", "restore it or delete it")


def test_a_data_folder_that_is_a_file(operator):
    """The error names a file that stands where the data folder should be."""
    operator.data.write_text("a file")

    assert_one_sentence(operator.run("audit"), str(operator.data), "no folder", "choose another place")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GRADER_CONNECTIONS", "many"),
        ("GRADER_HEAD_SECONDS", "0"),
        ("GRADER_PUBLIC_URL", "grader.example.edu"),
        ("GRADER_HOST", "no-such-host.invalid"),
        ("GRADER_SECRET", "short"),
    ],
)
def test_a_wrong_setting(operator, variable, value):
    """The variable is named, and its value unless it is a secret."""
    done = operator.run("serve", "--no-worker", **{variable: value})

    assert_one_sentence(done, variable, *([value] if variable != "GRADER_SECRET" else []))
    assert not operator.data.exists()
