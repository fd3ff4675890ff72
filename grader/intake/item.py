"""An item: one name in an upload, before anything decides whether it belongs to the project."""

from typing import NamedTuple, Self


class Item(NamedTuple):
    """A file or a folder of an upload, in one form for zips, tar archives and folders.

    Attributes: `path` (with forward slashes), `mode` (0 where the upload has none), `size` (in bytes),
    `packed` (the bytes that it has in a zip, else its size).
    """

    path: str
    is_folder: bool
    mode: int
    size: int
    packed: int

    @classmethod
    def file(cls, path: str, size: int) -> Self:
        """Return a plain file of that size."""
        return cls(path, is_folder=False, mode=0, size=size, packed=size)
