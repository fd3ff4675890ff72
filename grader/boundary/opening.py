"""Open files of the scratch folder, and the functions of Python that find them there."""

import builtins
import contextlib
import errno
import io
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import numpy as np

from grader.boundary.scratch import FULL, MOST_BYTES, Scratch

NO_DESCRIPTOR = "in grading a file has no descriptor: read it with open(...).read(), or np.load"
_READING = ("stat", "lstat", "listdir", "scandir")


def install_scratch(root: str, files: Mapping[str, bytes]) -> None:
    """Make `open` and the functions of `os` find the files of a submission in memory, for good."""
    scratch = Scratch(root, files)
    builtins.open = io.open = _opener(scratch, builtins.open)
    with contextlib.suppress(AttributeError):  # numpy keeps a reference of its own
        openers: Any = np.lib._datasource  # noqa: SLF001
        openers._file_openers._file_openers[None] = builtins.open  # noqa: SLF001
    own: dict[str, Callable[..., Any]] = {
        "stat": scratch.status,
        "lstat": scratch.status,
        "listdir": scratch.names,
        "scandir": lambda place: _scan(scratch, place),
        "mkdir": lambda place, _mode=0: scratch.make_folder(place),
        "rmdir": scratch.remove_folder,
        "remove": scratch.remove,
        "unlink": scratch.remove,
        "rename": lambda place, target: scratch.rename(place, scratch.place(target) or place),
        "replace": lambda place, target: scratch.rename(place, scratch.place(target) or place),
    }
    for name, function in own.items():
        setattr(os, name, _either(scratch, getattr(os, name), function, reads=name in _READING))


def _either(
    scratch: Scratch, original: Callable[..., Any], own: Callable[..., Any], *, reads: bool
) -> Callable[..., Any]:
    """Return a function that calls `own` for places in memory, and `original` for all others."""

    def call(path: Any = ".", *arguments: Any, **options: Any) -> Any:
        place = scratch.place(path)
        if place is None or not (scratch.knows(place) if reads else scratch.takes(place)):
            return original(path, *arguments, **options)
        return own(place, *arguments)

    return call


def _opener(scratch: Scratch, original: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that replaces `open`."""

    def open(  # noqa: A001, PLR0913, PLR0917 - the signature of the function that it replaces
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,  # noqa: FBT001, FBT002 - as above
        opener: Any = None,
    ) -> Any:
        place = scratch.place(file)
        if not isinstance(file, int) and os.fspath(file) == os.devnull:
            binary: Any = io.BufferedRWPair(_Nothing(), _Nothing())
        elif place is None or opener is not None or not _is_here(scratch, place, mode):
            return original(file, mode, buffering, encoding, errors, newline, closefd, opener)
        else:
            binary = _open_file(scratch, place, mode)
        return binary if "b" in mode else io.TextIOWrapper(binary, encoding or "utf-8", errors, newline)

    return open


def _is_here(scratch: Scratch, place: str, mode: str) -> bool:
    return scratch.takes(place) if set(mode) & set("wax+") else scratch.knows(place)


def _open_file(scratch: Scratch, place: str, mode: str) -> "_File":
    """Open a file in memory as `mode` says. Raises OSError."""
    if "x" in mode and scratch.has(place):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), place)
    is_new = "w" in mode or (not scratch.has(place) and bool(set(mode) & set("ax")))
    if is_new:
        scratch.write(place, b"")
    can_write = bool(set(mode) & set("wax+"))
    return _File(scratch, place, scratch.read(place), can_write=can_write, appends="a" in mode)


def _scan(scratch: Scratch, place: str) -> "_Scan":
    entries = [_Entry(place, name, scratch.status(f"{place}/{name}")) for name in scratch.names(place)]
    return _Scan(entries)


class _File(io.BytesIO):
    """An open file in memory; flush and close keep its content."""

    def __init__(
        self, scratch: Scratch, place: str, content: bytes, *, can_write: bool, appends: bool
    ) -> None:
        super().__init__(content)
        self._scratch = scratch
        self._place = place
        self._can_write = can_write
        self._appends = appends
        self.name = place
        if appends:
            self.seek(0, io.SEEK_END)

    def writable(self) -> bool:
        return self._can_write

    def write(self, data: Any, /) -> int:
        if not self._can_write:
            raise io.UnsupportedOperation("not writable")
        if self._appends:
            self.seek(0, io.SEEK_END)
        if self.tell() + memoryview(data).nbytes > MOST_BYTES:
            raise OSError(FULL.format(MOST_BYTES >> 20))
        return super().write(data)

    def flush(self) -> None:
        if self._can_write and not self.closed:
            self._scratch.write(self._place, self.getvalue())

    def fileno(self) -> int:
        raise io.UnsupportedOperation(NO_DESCRIPTOR)

    def close(self) -> None:
        try:
            self.flush()
        finally:
            super().close()


class _Nothing(io.RawIOBase):
    """The null device: it takes everything and holds nothing."""

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, _: Any, /) -> int:
        return 0

    def write(self, data: Any, /) -> int:
        return memoryview(data).nbytes


class _Entry:
    """One name in a folder, as `os.scandir` yields it."""

    def __init__(self, folder: str, name: str, status: os.stat_result) -> None:
        self.name = name
        self.path = os.path.join(folder, name)
        self._status = status

    def __fspath__(self) -> str:
        return self.path

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:  # noqa: ARG002 - there are no links
        return stat.S_ISDIR(self._status.st_mode)

    def is_file(self, *, follow_symlinks: bool = True) -> bool:  # noqa: ARG002
        return stat.S_ISREG(self._status.st_mode)

    def is_symlink(self) -> bool:
        return False

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:  # noqa: ARG002
        return self._status


class _Scan:
    """The result of `os.scandir`: an iterator and context manager."""

    def __init__(self, entries: list[_Entry]) -> None:
        self._entries = iter(entries)

    def __iter__(self) -> Iterator[_Entry]:
        return self._entries

    def __next__(self) -> _Entry:
        return next(self._entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release nothing, as nothing is held."""
