"""Junk: files of operating systems, editors and tools in an upload; intake leaves them out.

A folder whose name begins with a dot is junk: no module can be imported from it by its name. A virtual
environment is junk under every name.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from grader.core.leftovers import LEFTOVERS
from grader.intake.adapters_file import ADAPTERS

JUNK_PREFIX = "._"  # macOS keeps a file's attributes under such a name
JUNK_SUFFIXES = (".egg-info", ".dist-info")
JUNK_FILE_SUFFIXES = (".pyc", ".so", ".pyd", ".dylib")
PACKAGES = frozenset({"site-packages", "dist-packages", "__pypackages__"})
ENVIRONMENT_MARK = "pyvenv.cfg"
_LIBRARY = re.compile(r"(.*/|)(?:lib(?:64)?/python[^/]*|Lib)/(?:site|dist)-packages/")
_OF_ENVIRONMENT = re.compile(
    r"(?:bin|Scripts|include|Include|share|lib64|Lib/site-packages|lib/python[^/]*|pyvenv\.cfg)(?=/|$)"
)
_Tree = dict[str, Any]  # a folder's parts to trees of the folders below
_HERE = "/"  # marks a folder that is in the tree; no part of a path has a slash


class Junk:
    """Tells which paths of an upload are junk. It learns from all of them where virtual environments are."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Look at the paths of an upload."""
        paths = list(paths)
        environments = {top for path in paths for top in _environment(path)}
        tree = _tree(environments)
        projects = [path for path in paths if f"/{path}".endswith(f"/{ADAPTERS}")]
        homes = {top for path in projects for top in _above(path, tree) if not _part(path, top)}
        whole = environments - homes - {""}
        self._whole = _tree(whole)
        self._homes = _tree(environments - whole)

    def root(self, path: str, *, is_folder: bool) -> str | None:
        """Return the part of a path that makes it junk, down from the root, or None when nothing does."""
        return self._in_environment(path, is_folder=is_folder) or junk_root(path, is_folder=is_folder)

    def _in_environment(self, path: str, *, is_folder: bool) -> str | None:
        """Return the environment that a path is in, or its part in an environment that holds a project."""
        as_folder = f"{path}/" if is_folder else path
        for top in _above(as_folder, self._whole):
            return top
        for top in _above(as_folder, self._homes):
            if part := _part(path, top):
                return part if part == path and not is_folder else f"{part}/"
        return None


def junk_root(path: str, *, is_folder: bool) -> str | None:
    """Return the part of a path that is junk by its name, down from the root, or None."""
    parts = path.split("/")
    for depth, part in enumerate(parts, start=1):
        in_folder = is_folder or depth < len(parts)
        if _is_junk(part, is_folder=in_folder):
            return "/".join(parts[:depth]) + ("/" if in_folder else "")
    return None


def _is_junk(name: str, *, is_folder: bool) -> bool:
    if name in LEFTOVERS or name.startswith(JUNK_PREFIX) or name.endswith(JUNK_SUFFIXES):
        return True
    if is_folder:
        return name.startswith(".") or name in PACKAGES
    return name.endswith(JUNK_FILE_SUFFIXES)


def _environment(path: str) -> list[str]:
    """Return the folder that a path shows to be a virtual environment: "" or a path that ends in a slash."""
    if f"/{path}".endswith(f"/{ENVIRONMENT_MARK}"):
        return [path.removesuffix(ENVIRONMENT_MARK)]
    library = _LIBRARY.match(f"{path}/")
    return [library[1]] if library else []


def _tree(folders: Iterable[str]) -> _Tree:
    """Return the folders by their parts, so that a lookup takes no longer when there are more of them."""
    root: _Tree = {}
    for folder in folders:
        node = root
        for part in folder.split("/")[:-1]:
            node = node.setdefault(part, {})
        node[_HERE] = {}
    return root


def _above(path: str, tree: _Tree) -> Iterator[str]:
    """Yield the folders of a tree that a path is in, down from the root."""
    node: _Tree | None = tree
    start = 0
    while node is not None:
        if _HERE in node:
            yield path[:start]
        end = path.find("/", start)
        node = node.get(path[start:end]) if end >= 0 else None
        start = end + 1


def _part(path: str, top: str) -> str | None:
    """Return the part of an environment at `top` that a path is in, or None."""
    if not path.startswith(top):
        return None
    part = _OF_ENVIRONMENT.match(path, len(top))
    return path[: part.end()] if part else None
