"""The files that a submission sees: those of its upload, and those that it writes, all in memory.

The sandbox lets nothing be written to a disk. A submission may still write a log, keep its weights or read
its own data: `open` and the functions of `os` that pathlib, numpy and logging call find these files in its
working folder and in the temporary folder. It is a convenience and guards nothing.
"""

import errno
import os
import stat
from collections.abc import Iterator, Mapping

MOST_BYTES = 16 << 20
FOLDERS = ("/tmp", "/var/tmp")  # noqa: S108 - names that programs use; nothing is there
FULL = "the scratch folder of grading is full: it takes {} MiB"


class Scratch:
    """The files below the working folder and the temporary folders, by their full paths."""

    def __init__(self, root: str, files: Mapping[str, bytes]) -> None:
        """Begin with `files`, whose paths are below `root`."""
        self._root = root
        self._tops = (root, *FOLDERS)
        self._files = {f"{root}/{path}": content for path, content in files.items()}
        self._folders = {*self._tops, *(f"{root}/{above}" for path in files for above in _above(path))}
        self._own = sum(map(len, files.values()))

    def place(self, path: object) -> str | None:
        """Return the full path of a file that is kept here, or None for one that is not."""
        if isinstance(path, int):
            return None
        try:
            text = os.fsdecode(path)  # type: ignore[arg-type]
        except TypeError:
            return None
        full = os.path.normpath(os.path.join(self._root, text))
        return full if any(full == top or full.startswith(f"{top}/") for top in self._tops) else None

    def knows(self, place: str) -> bool:
        """Tell whether a place is in memory: the working folder, and written files in temporary folders."""
        return f"{place}/".startswith(f"{self._root}/") or place in self._files or place in self._folders

    def takes(self, place: str) -> bool:
        """Tell whether a file at that place may be made here."""
        return self.knows(place) or _parent(place) in self._folders

    def read(self, place: str) -> bytes:
        """Return a file's content. Raises OSError."""
        if place in self._folders:
            raise self._error(errno.EISDIR, place)
        try:
            return self._files[place]
        except KeyError:
            raise self._error(errno.ENOENT, place) from None

    def write(self, place: str, content: bytes) -> None:
        """Keep a file. Raises OSError."""
        if place in self._folders:
            raise self._error(errno.EISDIR, place)
        self._check_parent(place)
        used = sum(map(len, self._files.values())) - len(self._files.get(place, b"")) - self._own
        if used + len(content) > MOST_BYTES:
            raise OSError(FULL.format(MOST_BYTES >> 20))
        self._files[place] = content

    def has(self, place: str) -> bool:
        """Tell whether there is a file at that place."""
        return place in self._files

    def status(self, place: str) -> os.stat_result:
        """Return the status of a file or a folder, as `os.stat` does. Raises OSError."""
        if place in self._folders:
            return os.stat_result((stat.S_IFDIR | 0o755, 0, 0, 1, 0, 0, 0, 0, 0, 0))
        size = len(self.read(place))
        return os.stat_result((stat.S_IFREG | 0o644, 0, 0, 1, 0, 0, size, 0, 0, 0))

    def names(self, place: str) -> list[str]:
        """Return the names in a folder. Raises OSError."""
        if place not in self._folders:
            raise self._error(errno.ENOTDIR if place in self._files else errno.ENOENT, place)
        return sorted(
            os.path.basename(path) for path in (*self._files, *self._folders) if _parent(path) == place
        )

    def make_folder(self, place: str) -> None:
        """Make a folder. Raises OSError."""
        if place in self._folders or place in self._files:
            raise self._error(errno.EEXIST, place)
        self._check_parent(place)
        self._folders.add(place)

    def remove(self, place: str) -> None:
        """Remove a file. Raises OSError."""
        self.read(place)
        del self._files[place]

    def remove_folder(self, place: str) -> None:
        """Remove an empty folder. Raises OSError."""
        if self.names(place) or place in self._tops:
            raise self._error(errno.ENOTEMPTY, place)
        self._folders.discard(place)

    def rename(self, source: str, target: str) -> None:
        """Give a file another name. Raises OSError."""
        content = self.read(source)
        self._check_parent(target)
        del self._files[source]
        self._files[target] = content

    def _check_parent(self, place: str) -> None:
        if _parent(place) not in self._folders:
            raise self._error(errno.ENOENT, place)

    def _error(self, number: int, place: str) -> OSError:
        return OSError(number, os.strerror(number), place.removeprefix(f"{self._root}/"))


def _parent(place: str) -> str:
    return place.rpartition("/")[0]


def _above(path: str) -> Iterator[str]:
    """Yield the folders above a path, the nearest first."""
    while path := _parent(path):
        yield path
