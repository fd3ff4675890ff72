"""Imports a submission from memory: its files never touch a disk, and tracebacks still show their lines.

Runs in the submission's process, so it imports only the standard library.
"""

import linecache
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import CodeType, ModuleType


class MemoryImporter(MetaPathFinder):
    """Finds modules among `files`, a mapping from relative POSIX path to content."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Serve the Python files of `files`; folders without __init__.py are packages as well."""
        self._files = files
        self._folders = {"/".join(path.split("/")[:n]) for path in files for n in range(1, path.count("/") + 1)}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of the module `name` if the submission has it."""
        del path, target
        stem = name.replace(".", "/")
        for source, is_package in ((f"{stem}/__init__.py", True), (f"{stem}.py", False)):
            if source in self._files:
                loader = MemoryLoader(source, self._files[source], is_package=is_package)
                return spec_from_loader(name, loader, origin=source, is_package=is_package)
        if stem in self._folders:
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [stem]
            return spec
        return None

    def install(self) -> None:
        """Ask this importer before all others, as a project's own folder comes first on a student's machine."""
        sys.meta_path.insert(0, self)


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
        """Return the decoded source. Raises SyntaxError for bytes that its encoding does not allow."""
        del fullname
        from importlib.util import decode_source  # noqa: PLC0415 - only source that is loaded needs it

        try:
            return decode_source(self._content)
        except (UnicodeDecodeError, LookupError) as unreadable:
            raise SyntaxError(f"{self._path} cannot be decoded: {unreadable}") from None

    def get_code(self, fullname: str) -> CodeType:
        """Return the compiled module, its lines known to tracebacks."""
        source = self.get_source(fullname)
        linecache.cache[self._path] = (len(source), None, source.splitlines(keepends=True), self._path)
        return compile(source, self._path, "exec", dont_inherit=True)
