"""Imports a submission from memory: its files never touch a disk, and tracebacks still show their lines.

Runs in the submission's process, so it imports only the standard library.
"""

import linecache
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import PurePosixPath
from types import CodeType, ModuleType

from grader.boundary.interface import ADAPTERS
from grader.boundary.parts import run_module
from grader.boundary.source import compile_source, decode_module

SOURCES = ("src",)


class MemoryImporter(MetaPathFinder):
    """Finds modules among `files`, a mapping from relative POSIX path to content.

    The files are found as if they lay in the working folder and this was the first entry of sys.path. The
    folder src is the last entry.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Serve the Python files of `files`; a folder of such files needs no __init__.py to be a package."""
        self._files = files
        sources = [PurePosixPath(path) for path in files if path.endswith(".py")]
        self._folders = {str(folder) for source in sources for folder in source.parents}
        self._root = os.getcwd()  # noqa: PTH109 - pathlib is the submission's, which may be changed

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of the module `name` if the submission has it."""
        del target
        for folder in self._search_folders(path):
            spec = self._spec_in(folder, name)
            if spec is not None:
                return spec
        return None

    def install(self) -> None:
        """Ask this importer before all others, as a project's own folder comes first elsewhere."""
        sys.meta_path.insert(0, self)

    def _search_folders(self, path: Sequence[str] | None) -> Iterator[str]:
        """Yield the folders of the submission on the `path` of a package, or on sys.path and its top."""
        for entry in ["", *sys.path, *SOURCES] if path is None else path:
            place = os.path.normpath(os.path.join(self._root, entry))  # noqa: PTH118 - as in __init__
            if place == self._root:
                yield ""
            elif place.startswith(self._root + os.sep):
                yield place[len(self._root) + 1 :].replace(os.sep, "/") + "/"

    def _spec_in(self, folder: str, name: str) -> ModuleSpec | None:
        """Return the spec of the module `name` if it lies in `folder`, which is "" or ends in a slash."""
        stem = folder + name.rpartition(".")[2]
        for source, is_package in ((f"{stem}/__init__.py", True), (f"{stem}.py", False)):
            if source in self._files:
                loader = MemoryLoader(source, self._files[source], is_package=is_package)
                spec = ModuleSpec(name, loader, origin=source, is_package=is_package)
                spec.has_location = True  # so that the module has a __file__
                break
        else:
            if stem not in self._folders:
                return None
            spec = ModuleSpec(name, None, is_package=True)
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(stem)
        return spec


class MemoryLoader(InspectLoader):
    """Loads one module from its source in memory."""

    def __init__(self, path: str, content: bytes, *, is_package: bool) -> None:
        """Load `content`, which tracebacks call `path`."""
        self._path = path
        self._content = content
        self._is_package = is_package

    def is_package(self, fullname: str) -> bool:
        """Return whether the module is a package."""
        del fullname
        return self._is_package

    def get_source(self, fullname: str) -> str:
        """Return the decoded source. Raises SyntaxError for bytes that are no text of their encoding."""
        del fullname
        return decode_module(self._content, self._path)

    def get_code(self, fullname: str) -> CodeType:
        """Return the compiled module, its lines known to tracebacks."""
        return compile_source(self._list_source(fullname), self._path)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module: adapters and the heads of packages by parts where an import of theirs fails."""
        name = module.__name__
        if self._is_package or name == ADAPTERS:
            run_module(module, self._list_source(name), self._path)
        else:
            exec(self.get_code(name), vars(module))  # noqa: S102 - importing runs code

    def _list_source(self, fullname: str) -> str:
        """Return the source, and have tracebacks show its lines."""
        source = self.get_source(fullname)
        linecache.cache[self._path] = (len(source), None, source.splitlines(keepends=True), self._path)
        return source
